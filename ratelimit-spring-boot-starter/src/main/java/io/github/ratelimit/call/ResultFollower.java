package io.github.ratelimit.call;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

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
			return followStage(type, stage, completion);
		}
		Object followed = (result != null) ? followProduction(type, result, completion) : null;
		if (followed != null) {
			return followed;
		}
		completion.returned(result);
		return result;
	}

	/** Returns null for a result that produces nothing more. */
	private static @Nullable Object followProduction(Class<?> type, Object result, CallCompletion completion) {
		Object followed = REACTOR ? PublisherFollower.follow(type, result, completion) : null;
		return (followed == null && COROUTINES) ? FlowFollower.follow(type, result, completion) : followed;
	}

	/** The slot is released before the caller sees the result. */
	private static Object followStage(Class<?> type, CompletionStage<?> stage, CallCompletion completion) {
		if (!type.isAssignableFrom(CompletableFuture.class)) {
			stage.whenComplete((value, failure) -> over(value, failure, completion));
			return stage;
		}
		CompletableFuture<@Nullable Object> followed = new CompletableFuture<>();
		DerivedFutures.forward(stage, followed, (value, failure) -> over(value, failure, completion));
		return followed;
	}

	private static void over(@Nullable Object value, @Nullable Throwable failure, CallCompletion completion) {
		if (failure == null) {
			completion.returned(value);
		}
		else if (isAbandoned(failure)) {
			completion.abandoned();
		}
		else {
			completion.failed();
		}
	}

	private static boolean isAbandoned(Throwable failure) {
		Throwable cause = (failure instanceof CompletionException && failure.getCause() != null) ? failure.getCause()
				: failure;
		return cause instanceof CancellationException || cause instanceof TimeoutException;
	}

}
