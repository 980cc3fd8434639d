package io.github.ratelimit.method;

import java.lang.reflect.Method;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/** Sees calls to their end that go on when their method has returned. */
final class LastingCalls {

	private static final boolean REACTOR = ClassUtils.isPresent("reactor.core.publisher.Flux",
			LastingCalls.class.getClassLoader());

	private static final boolean COROUTINES = ClassUtils.isPresent("kotlinx.coroutines.flow.Flow",
			LastingCalls.class.getClassLoader());

	private LastingCalls() {
	}

	/**
	 * Sees a call to its end.
	 * @param method the method
	 * @param result what it returned
	 * @param end what to do at the end
	 * @return what the caller gets
	 */
	static @Nullable Object follow(Method method, @Nullable Object result, CallEnd end) {
		end.leave(method, result);
		if (result instanceof CompletionStage<?> stage) {
			return follow(method.getReturnType(), stage, end);
		}
		Object followed = (result != null) ? followProduction(method.getReturnType(), result, end) : null;
		if (followed != null) {
			return followed;
		}
		end.returned(result);
		return result;
	}

	/** Returns null for a result that produces nothing more. */
	private static @Nullable Object followProduction(Class<?> type, Object result, CallEnd end) {
		Object followed = REACTOR ? ReactiveCalls.follow(type, result, end) : null;
		return (followed == null && COROUTINES) ? FollowedFlow.follow(type, result, end) : followed;
	}

	private static Object follow(Class<?> type, CompletionStage<?> stage, CallEnd end) {
		if (!type.isAssignableFrom(CompletableFuture.class)) {
			stage.whenComplete((value, failure) -> over(value, failure, end));
			return stage;
		}
		return following(stage, end);
	}

	/** The caller must not be told before the place is free again. */
	private static <T> CompletableFuture<T> following(CompletionStage<T> stage, CallEnd end) {
		CompletableFuture<T> told = new CompletableFuture<>();
		stage.whenComplete((value, failure) -> {
			over(value, failure, end);
			if (failure != null) {
				told.completeExceptionally(failure);
			}
			else {
				told.complete(value);
			}
		});
		if (stage instanceof CompletableFuture<T> future) {
			told.whenComplete((value, failure) -> {
				if (told.isCancelled()) {
					future.cancel(true);
				}
			});
		}
		return told;
	}

	private static void over(@Nullable Object value, @Nullable Throwable failure, CallEnd end) {
		if (failure == null) {
			end.returned(value);
		}
		else if (isGivenUp(failure)) {
			end.abandoned();
		}
		else {
			end.failed();
		}
	}

	private static boolean isGivenUp(Throwable failure) {
		Throwable cause = (failure instanceof CompletionException && failure.getCause() != null) ? failure.getCause()
				: failure;
		return cause instanceof CancellationException || cause instanceof TimeoutException;
	}

}
