package io.github.ratelimit.store.redis.client;

import io.github.ratelimit.StoreUnavailableException;
import io.github.ratelimit.TimeSource;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits for replies of scripts. An interrupted thread waits like any other, since Redis
 * executes what was sent, and a deadline bounds the wait; its interrupt flag is set again
 * afterwards.
 */
public final class ScriptReplies {

	/**
	 * After this time no reply is expected: a client can lose a command that it sends
	 * while its connection breaks, and never complete it.
	 */
	private static final long LOST_AFTER_SECONDS = 10;

	private static final Duration PATIENCE = Duration.ofSeconds(2);

	private ScriptReplies() {
	}

	/**
	 * Bounds a reply for which no caller waits, so that it completes in any case.
	 * @param answer becomes the reply, or may never complete
	 * @return becomes the same, or fails with a {@link TimeoutException} after ten
	 * seconds
	 */
	public static <T> CompletableFuture<T> orLost(CompletableFuture<T> answer) {
		return answer.isDone() ? answer : answer.copy().orTimeout(LOST_AFTER_SECONDS, TimeUnit.SECONDS);
	}

	/**
	 * Waits for a reply that is no part of a decision, for two seconds at most.
	 * @throws StoreUnavailableException if there is none by then, or a failure instead
	 */
	public static byte[] awaitPatiently(CompletableFuture<byte[]> answer, TimeSource time) {
		try {
			return await(answer, time.nanoTime() + PATIENCE.toNanos(), time);
		}
		catch (ExecutionException | TimeoutException ex) {
			throw new StoreUnavailableException("Redis cannot be asked now (" + FailureReason.reason(ex) + ")",
					FailureReason.cause(ex));
		}
	}

	/**
	 * Waits until a time; a reply that is there is returned in any case.
	 * @throws TimeoutException if there is none by then
	 * @throws ExecutionException if there is a failure instead
	 */
	public static <T> T await(CompletableFuture<T> answer, long deadlineNanos, TimeSource time)
			throws ExecutionException, TimeoutException {
		boolean interrupted = false;
		try {
			while (true) {
				try {
					return answer.get(Math.max(0, deadlineNanos - time.nanoTime()), TimeUnit.NANOSECONDS);
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

}
