package io.github.ratelimit.call;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

/**
 * Derived futures: they have the same outcome as the original and are cancelled together
 * with it.
 */
final class DerivedFutures {

	private DerivedFutures() {
	}

	/**
	 * Completes a future as a stage completes, and cancels the stage with the future.
	 * @param stage what has the outcome
	 * @param future the derived future
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

}
