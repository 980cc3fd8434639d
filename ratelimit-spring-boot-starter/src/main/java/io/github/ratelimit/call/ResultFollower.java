package io.github.ratelimit.call;

import io.github.ratelimit.permit.PassedOnCharges;
import io.github.ratelimit.store.ChargeDecision;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.util.ClassUtils;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * Follows a call to its end: a future, a publisher or a flow continues after the return.
 */
public final class ResultFollower {

	private static final boolean REACTOR = ClassUtils.isPresent("reactor.core.publisher.Flux",
			ResultFollower.class.getClassLoader());

	private static final boolean COROUTINES = ClassUtils.isPresent("kotlinx.coroutines.flow.Flow",
			ResultFollower.class.getClassLoader());

	private ResultFollower() {
	}

	/**
	 * Follows a call to its end.
	 * @param type what the call is declared to return
	 * @param result what it returned
	 * @param completion what to do at the end
	 * @return what the caller gets
	 */
	public static @Nullable Object follow(Class<?> type, @Nullable Object result, CallCompletion completion) {
		if (result instanceof CompletionStage<?> stage) {
			return followFuture(type, stage, completion);
		}
		Object followed = (result != null && REACTOR) ? Publishers.follow(type, result, completion) : null;
		if (followed == null && result != null && COROUTINES) {
			followed = FlowFollower.follow(type, result, completion);
		}
		if (followed == null) {
			completion.returned(result);
		}
		return (followed != null) ? followed : result;
	}

	/** The slot is released before the caller sees the result. */
	private static Object followFuture(Class<?> type, CompletionStage<?> stage, CallCompletion completion) {
		if (!type.isAssignableFrom(CompletableFuture.class)) {
			stage.whenComplete(completion::ended);
			return stage;
		}
		CompletableFuture<@Nullable Object> followed = new CompletableFuture<>();
		forward(stage, followed, completion::ended);
		return followed;
	}

	/**
	 * Completes a future as a stage completes, and cancels the stage with the future.
	 * @param stage what has the outcome
	 * @param future gets the outcome
	 * @param before what is done with the outcome before the future is completed
	 */
	static void forward(CompletionStage<?> stage, CompletableFuture<@Nullable Object> future,
			BiConsumer<@Nullable Object, @Nullable Throwable> before) {
		stage.whenComplete((value, failure) -> {
			before.accept(value, failure);
			if (failure != null) {
				future.completeExceptionally(failure);
			}
			else {
				future.complete(value);
			}
		});
		if (stage instanceof CompletableFuture<?> cancellable) {
			cancelWith(future, cancellable);
		}
	}

	/** Cancels a future when another one is cancelled. */
	static void cancelWith(CompletableFuture<?> cancelled, CompletableFuture<?> other) {
		cancelled.whenComplete((value, failure) -> {
			if (cancelled.isCancelled()) {
				other.cancel(true);
			}
		});
	}

	/** Publishers; separate, because Reactor may not be on the class path. */
	private static final class Publishers {

		/** Returns null if the result is nothing of which the end is seen. */
		static @Nullable Object follow(Class<?> type, Object result, CallCompletion completion) {
			if (result instanceof Mono<?> mono && type.isAssignableFrom(Mono.class)) {
				return mono.doOnNext(completion::produced)
					.doOnError(completion::brokeOff)
					.doOnSuccess((value) -> completion.completed())
					.doOnCancel(completion::completed)
					.contextWrite((context) -> passOn(context, completion.passedOn()));
			}
			if (result instanceof Publisher<?> publisher && type.isAssignableFrom(Flux.class)) {
				return Flux.from(publisher)
					.doOnNext(completion::produced)
					.doOnError(completion::brokeOff)
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

}
