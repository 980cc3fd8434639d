package io.github.ratelimit.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The thread that sweeps a store. */
class SweeperTests {

	private final CountDownLatch sweeps = new CountDownLatch(3);

	private final AtomicReference<Thread> thread = new AtomicReference<>();

	private final Sweeper sweeper = new Sweeper(this::sweep, Duration.ofMillis(1));

	private void sweep() {
		this.thread.set(Thread.currentThread());
		this.sweeps.countDown();
		throw new IllegalStateException("a sweep that fails");
	}

	@Test
	void sweepsRepeatedlyEvenAfterAFailedSweep() throws InterruptedException {
		this.sweeper.start();
		try {
			assertThat(this.sweeps.await(10, TimeUnit.SECONDS)).isTrue();
			assertThat(this.thread.get().isDaemon()).isTrue();
		}
		finally {
			this.sweeper.stop();
		}
	}

	@Test
	void theThreadEndsWhenItIsStopped() throws InterruptedException {
		this.sweeper.start();
		assertThat(this.sweeps.await(10, TimeUnit.SECONDS)).isTrue();
		this.sweeper.stop();
		this.thread.get().join(10_000);
		assertThat(this.thread.get().isAlive()).isFalse();
		assertThat(this.sweeper.isRunning()).isFalse();
	}

	@Test
	void theSweeperCanBeRestarted() throws InterruptedException {
		this.sweeper.start();
		this.sweeper.stop();
		this.sweeper.start();
		try {
			assertThat(this.sweeper.isRunning()).isTrue();
			assertThat(this.sweeps.await(10, TimeUnit.SECONDS)).isTrue();
		}
		finally {
			this.sweeper.stop();
		}
	}

}
