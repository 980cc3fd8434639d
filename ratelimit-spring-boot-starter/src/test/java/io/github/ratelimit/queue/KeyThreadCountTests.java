package io.github.ratelimit.queue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.ratelimit.TestThreads;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class KeyThreadCountTests {

	private volatile boolean serving = true;

	private final WaitingThreadLimit limit = new WaitingThreadLimit(5, () -> this.serving);

	@Test
	void theCallsOfOneKeyHoldHalfOfAllThreads() {
		KeyThreadCount ann = share();
		List<Runnable> held = hold(ann, 3);
		assertThat(ann.hold()).isNull();
		KeyThreadCount bob = share();
		hold(bob, 2);
		assertThat(bob.hold()).as("all are held").isNull();
		held.get(0).run();
		assertThat(bob.hold()).isNotNull();
		assertThat(ann.hold()).isNull();
		assertThat(this.limit.held()).isEqualTo(5);
	}

	@Test
	void theyAreTheThreadsThatWaitForLimits() {
		assertThat(this.limit.take(0)).isTrue();
		assertThat(this.limit.take(1)).isTrue();
		assertThat(this.limit.take(2)).isTrue();
		KeyThreadCount ann = share();
		hold(ann, 2);
		assertThat(ann.hold()).isNull();
	}

	@Test
	void aThreadThatServesNoRequestIsNotCounted() {
		this.serving = false;
		List<Runnable> held = hold(share(), 100);
		assertThat(this.limit.held()).isZero();
		held.forEach(Runnable::run);
		assertThat(this.limit.held()).isZero();
	}

	@Test
	void manyThreadsNeverHoldMoreAndGiveAllBack() throws Exception {
		List<KeyThreadCount> shares = List.of(share(), share(), share());
		AtomicInteger held = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		TestThreads.run(8, (thread) -> {
			for (int i = 0; i < 20_000; i++) {
				Runnable freed = shares.get((thread + i) % 3).hold();
				if (freed != null) {
					most.accumulateAndGet(held.incrementAndGet(), Math::max);
					held.decrementAndGet();
					freed.run();
				}
			}
		});
		assertThat(most.get()).isBetween(1, 5);
		assertThat(this.limit.held()).isZero();
		shares.forEach((share) -> {
			List<Runnable> all = hold(share, 3);
			assertThat(share.hold()).isNull();
			all.forEach(Runnable::run);
		});
	}

	private KeyThreadCount share() {
		return new KeyThreadCount(this.limit);
	}

	private static List<Runnable> hold(KeyThreadCount share, int times) {
		List<Runnable> held = new ArrayList<>();
		for (int i = 0; i < times; i++) {
			Runnable freed = share.hold();
			assertThat(freed).isNotNull();
			held.add(freed);
		}
		return held;
	}

}
