package io.github.ratelimit.call;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

/**
 * Follows a future to its end: returned, failed, or abandoned by its caller.
 */
final class FutureFollower {

	private FutureFollower() {
	}

	/** The slot is released before the caller sees the result. */
	static Object follow(Class<?> type, CompletionStage<?> stage, CallCompletion completion) {
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
