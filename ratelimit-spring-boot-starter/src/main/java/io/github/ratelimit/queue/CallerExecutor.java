package io.github.ratelimit.queue;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;

/** Runs the steps of a queued call in the thread that waits for the call. */
public final class CallerExecutor implements Executor {

	private final BlockingQueue<Runnable> steps = new LinkedBlockingQueue<>();

	@Override
	public void execute(Runnable step) {
		this.steps.add(step);
	}

	/**
	 * Runs steps until a future is complete.
	 * @param future the future
	 * @throws InterruptedException if the thread is interrupted first; the future goes on
	 */
	public void runUntilDone(CompletableFuture<?> future) throws InterruptedException {
		future.whenComplete((result, failure) -> this.steps.add(() -> {
		}));
		while (!future.isDone()) {
			this.steps.take().run();
		}
	}

}
