package io.github.ratelimit.benchmarks.redis.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;

/** Threads that run one task at once. */
public final class Threads<T> {

	private final List<FutureTask<T>> tasks = new ArrayList<>();

	private Threads() {
	}

	/** Starts threads; the task gets the number of its thread, counted from zero. */
	public static <T> Threads<T> start(int count, IntFunction<T> task) {
		Threads<T> threads = new Threads<>();
		for (int i = 0; i < count; i++) {
			int number = i;
			FutureTask<T> future = new FutureTask<>(() -> task.apply(number));
			threads.tasks.add(future);
			Thread thread = new Thread(future, "load-" + i);
			thread.setDaemon(true);
			thread.start();
		}
		return threads;
	}

	/** Runs threads to their end. */
	public static void run(int count, IntConsumer task) {
		start(count, (number) -> {
			task.accept(number);
			return number;
		}).join();
	}

	/** Waits until all have ended, and returns their results in order. */
	public List<T> join() {
		try {
			List<T> results = new ArrayList<>();
			for (FutureTask<T> task : this.tasks) {
				results.add(task.get());
			}
			return results;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while measuring", ex);
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException("A thread of the load failed", ex.getCause());
		}
	}

}
