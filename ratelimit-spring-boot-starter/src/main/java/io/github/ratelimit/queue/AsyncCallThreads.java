package io.github.ratelimit.queue;

import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads that call the store for asynchronous calls, which wait without a thread of
 * their own: virtual threads if the platform has them, otherwise a few daemon threads
 * that end when they are idle.
 */
public final class AsyncCallThreads {

	private static final int MAX_THREADS = 8;

	private AsyncCallThreads() {
	}

	public static Executor create() {
		try {
			return (Executor) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
		}
		catch (ReflectiveOperationException ex) {
			return platformThreads();
		}
	}

	private static Executor platformThreads() {
		ThreadPoolExecutor threads = new ThreadPoolExecutor(MAX_THREADS, MAX_THREADS, 1, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), (task) -> {
					Thread thread = new Thread(task, "ratelimit-waiting");
					thread.setDaemon(true);
					return thread;
				});
		threads.allowCoreThreadTimeOut(true);
		return threads;
	}

}
