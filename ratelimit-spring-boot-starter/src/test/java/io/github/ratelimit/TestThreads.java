package io.github.ratelimit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Threads that begin at the same moment. */
public final class TestThreads {

	private static final ExecutorService EXECUTOR = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "test-thread");
		thread.setDaemon(true);
		return thread;
	});

	private TestThreads() {
	}

	/**
	 * Runs a task in several threads at once and waits for all of them, a minute at most.
	 */
	public static void run(int threads, Task task) throws InterruptedException, TimeoutException {
		CyclicBarrier barrier = new CyclicBarrier(threads);
		List<Future<?>> futures = new ArrayList<>();
		for (int i = 0; i < threads; i++) {
			int thread = i;
			futures.add(EXECUTOR.submit(() -> {
				barrier.await(1, TimeUnit.MINUTES);
				task.run(thread);
				return null;
			}));
		}
		for (Future<?> future : futures) {
			try {
				future.get(1, TimeUnit.MINUTES);
			}
			catch (ExecutionException ex) {
				throw new AssertionError(ex.getCause().getMessage(), ex.getCause());
			}
		}
	}

	/**
	 * Calls something in a thread of its own. The common pool has one thread on two
	 * cores, which a call that waits would take from others.
	 */
	public static <T> CompletableFuture<T> call(Supplier<T> call) {
		return CompletableFuture.supplyAsync(call, EXECUTOR);
	}

	/** Runs something in a thread of its own. */
	public static CompletableFuture<Void> run(Runnable call) {
		return CompletableFuture.runAsync(call, EXECUTOR);
	}

	/** What a thread does. */
	@FunctionalInterface
	public interface Task {

		void run(int thread) throws Exception;

	}

}
