package io.github.ratelimit.method;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Sees calls to their end that return publishers. Only where Reactor is there. */
final class ReactiveCalls {

	private ReactiveCalls() {
	}

	/**
	 * Sees a call to its end.
	 * @param type what the method declares
	 * @param result what it returned
	 * @param end what to do at the end
	 * @return what the caller gets, null if it is nothing of which the end is seen
	 */
	static @Nullable Object follow(Class<?> type, Object result, CallEnd end) {
		if (result instanceof Mono<?> mono && type.isAssignableFrom(Mono.class)) {
			return mono.doOnNext(end::produced)
				.doOnError((failure) -> end.brokeOff())
				.doOnSuccess((value) -> end.completed())
				.doOnCancel(end::completed);
		}
		if (result instanceof Publisher<?> publisher && type.isAssignableFrom(Flux.class)) {
			return Flux.from(publisher)
				.doOnNext(end::produced)
				.doOnError((failure) -> end.brokeOff())
				.doOnComplete(end::completed)
				.doOnCancel(end::completed);
		}
		return null;
	}

}
