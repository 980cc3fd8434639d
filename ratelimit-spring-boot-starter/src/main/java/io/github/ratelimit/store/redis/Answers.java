package io.github.ratelimit.store.redis;

import io.github.ratelimit.TimeSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits for answers of Redis. A thread that is interrupted, before or meanwhile, waits
 * like any other, since what it has sent will be carried out, and a deadline bounds the
 * wait; it is still interrupted afterwards.
 */
final class Answers {

	private Answers() {
	}

	/**
	 * Waits until a time; an answer that is there is returned in any case.
	 * @throws TimeoutException if there is none by then
	 * @throws ExecutionException if there is a failure instead
	 */
	static <T> T await(CompletableFuture<T> answer, long deadlineNanos, TimeSource time)
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
