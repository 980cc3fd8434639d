package io.github.ratelimit.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.store.Charge;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WaitingThreadLimitTests {

	private volatile boolean serving = true;

	private final WaitingThreadLimit limit = new WaitingThreadLimit(5, () -> this.serving);

	@Test
	void theCallsOfASingleKeyHoldHalfOfAllThreads() {
		WaitingThreadLimit.OfKey ann = share();
		List<Runnable> held = hold(ann, 3);
		assertThat(ann.hold()).isNull();
		held.get(0).run();
		hold(ann, 1);
		assertThat(ann.hold()).isNull();
		assertThat(this.limit.held()).isEqualTo(3);
	}

	@Test
	void busyKeysLeaveThreadsForOthers() {
		WaitingThreadLimit all = new WaitingThreadLimit(50, () -> true);
		List<WaitingThreadLimit.OfKey> busy = List.of(all.ofKey(), all.ofKey());
		List<List<Runnable>> held = List.of(new ArrayList<>(), new ArrayList<>());
		for (int i = 0; i < 1000; i++) {
			int key = i % 2;
			Runnable freed = busy.get(key).hold();
			if (freed != null) {
				held.get(key).add(freed);
			}
			else if (i % 3 == 0) {
				held.get(key).remove(0).run();
			}
		}
		assertThat(held).allSatisfy((ofKey) -> assertThat(ofKey).hasSizeBetween(15, 17));
		hold(all.ofKey(), 8);
		assertThat(busy.get(0).hold()).isNull();
	}

	@Test
	void allThreadsTogetherAreBounded() {
		for (int i = 0; i < 5; i++) {
			share().hold();
		}
		assertThat(this.limit.held()).isEqualTo(5);
		assertThat(share().hold()).isNull();
	}

	@Test
	void theyAreTheThreadsThatWaitForLimits() {
		LimitHandle mail = LimitHandle
			.of(Limit.named("mail").rates(Rate.parse("10/s")).maxWait(Duration.ofSeconds(5), 100).build());
		Charge charge = Charge.of(mail, Key.of("bob"), 1).waiting(Duration.ofSeconds(5).toNanos());
		CallQueues queues = new CallQueues(new ManualTime(), this.limit);
		for (int i = 0; i < 3; i++) {
			assertThat(queues.join(charge, true).mayWait()).isTrue();
		}
		WaitingThreadLimit.OfKey ann = share();
		hold(ann, 1);
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
		List<WaitingThreadLimit.OfKey> shares = List.of(share(), share(), share());
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

	private WaitingThreadLimit.OfKey share() {
		return this.limit.ofKey();
	}

	private static List<Runnable> hold(WaitingThreadLimit.OfKey share, int times) {
		List<Runnable> held = new ArrayList<>();
		for (int i = 0; i < times; i++) {
			Runnable freed = share.hold();
			assertThat(freed).isNotNull();
			held.add(freed);
		}
		return held;
	}

}
