package io.github.ratelimit.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The thread that runs a store. */
class PeriodicTaskTests {

	private final CountDownLatch runs = new CountDownLatch(3);

	private final AtomicReference<Thread> thread = new AtomicReference<>();

	private final PeriodicTask task = new PeriodicTask(this::run, Duration.ofMillis(1));

	private void run() {
		this.thread.set(Thread.currentThread());
		this.runs.countDown();
		throw new IllegalStateException("a run that fails");
	}

	@Test
	void runsRepeatedlyEvenAfterAFailedRun() throws InterruptedException {
		this.task.start();
		try {
			assertThat(this.runs.await(10, TimeUnit.SECONDS)).isTrue();
			assertThat(this.thread.get().isDaemon()).isTrue();
		}
		finally {
			this.task.stop();
		}
	}

	@Test
	void theThreadEndsWhenItIsStopped() throws InterruptedException {
		this.task.start();
		assertThat(this.runs.await(10, TimeUnit.SECONDS)).isTrue();
		this.task.stop();
		this.thread.get().join(10_000);
		assertThat(this.thread.get().isAlive()).isFalse();
		assertThat(this.task.isRunning()).isFalse();
	}

	@Test
	void theTaskCanBeRestarted() throws InterruptedException {
		this.task.start();
		this.task.stop();
		this.task.start();
		try {
			assertThat(this.task.isRunning()).isTrue();
			assertThat(this.runs.await(10, TimeUnit.SECONDS)).isTrue();
		}
		finally {
			this.task.stop();
		}
	}

}
