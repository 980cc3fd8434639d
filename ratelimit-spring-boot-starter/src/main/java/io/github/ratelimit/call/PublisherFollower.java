package io.github.ratelimit.call;

import java.util.List;

import io.github.ratelimit.permit.PassedOnCharges;
import io.github.ratelimit.store.ChargeDecision;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * Follows calls to their end that return publishers. Used only with Reactor on the class
 * path.
 */
final class PublisherFollower {

	private PublisherFollower() {
	}

	/**
	 * Follows a call to its end.
	 * @param type what the method declares
	 * @param result what it returned
	 * @param completion what to do at the end
	 * @return what the caller gets, null if it is nothing of which the end is seen
	 */
	static @Nullable Object follow(Class<?> type, Object result, CallCompletion completion) {
		if (result instanceof Mono<?> mono && type.isAssignableFrom(Mono.class)) {
			return mono.doOnNext(completion::produced)
				.doOnError((failure) -> completion.brokeOff())
				.doOnSuccess((value) -> completion.completed())
				.doOnCancel(completion::completed)
				.contextWrite((context) -> passOn(context, completion.passedOn()));
		}
		if (result instanceof Publisher<?> publisher && type.isAssignableFrom(Flux.class)) {
			return Flux.from(publisher)
				.doOnNext(completion::produced)
				.doOnError((failure) -> completion.brokeOff())
				.doOnComplete(completion::completed)
				.doOnCancel(completion::completed)
				.contextWrite((context) -> passOn(context, completion.passedOn()));
		}
		return null;
	}

	private static Context passOn(Context context, List<ChargeDecision> decisions) {
		return decisions.isEmpty() ? context : context.put(PassedOnCharges.KEY, decisions);
	}

}
