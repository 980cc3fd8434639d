package io.github.ratelimit.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.StoreFixture;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Keys that are full again and idle are dropped, and no others. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class SweepTests {

	private final ManualTime time = new ManualTime();

	private final MemoryStore store = new MemoryStore(this.time, 100);

	private final Limit limit = StoreFixture.limit("chat", "10/min");

	@Test
	void aKeyGoesWhenItIsFullAndAMinuteIdle() {
		StoreFixture.taken(this.store, this.limit, "caller", 1);
		this.time.advance(Duration.ofMinutes(1).minusNanos(1));
		this.store.sweep();
		assertThat(this.store.trackedKeys(Handles.of(this.limit))).isEqualTo(1);

		this.time.advance(Duration.ofNanos(1));
		this.store.sweep();
		assertThat(this.store.trackedKeys(Handles.of(this.limit))).isZero();
		assertThat(this.store.find(Handles.of(this.limit), Key.of("caller").id())).isEmpty();
		assertThat(this.store.forgottenPermits(Handles.of(this.limit))).isZero();
	}

	@Test
	void aKeyThatIsNotFullStays() {
		Limit slow = StoreFixture.limit("slow", "10/s, 7/h");
		StoreFixture.taken(this.store, slow, "caller", 7);
		this.time.advance(Duration.ofHours(1).minusNanos(1));
		this.store.sweep();
		assertThat(this.store.trackedKeys(Handles.of(slow))).isEqualTo(1);
		assertThat(StoreFixture.remaining(this.store, slow, "caller")).isEqualTo(6);

		this.time.advance(Duration.ofMinutes(1));
		this.store.sweep();
		assertThat(this.store.trackedKeys(Handles.of(slow))).isZero();
	}

	@Test
	void aUsedKeyStaysEvenIfItIsFull() {
		StoreFixture.taken(this.store, this.limit, "caller", 1);
		for (int i = 0; i < 10; i++) {
			this.time.advance(Duration.ofSeconds(59));
			StoreFixture.remaining(this.store, this.limit, "caller");
			this.store.sweep();
			assertThat(this.store.trackedKeys(Handles.of(this.limit))).isEqualTo(1);
		}
	}

	@Test
	void readingStatesKeepsNoKey() {
		StoreFixture.taken(this.store, this.limit, "caller", 1);
		this.time.advance(Duration.ofSeconds(60));
		this.store.find(Handles.of(this.limit), Key.of("caller").id());
		this.store.keys(Handles.of(this.limit), null, 10);
		this.store.sweep();
		assertThat(this.store.trackedKeys(Handles.of(this.limit))).isZero();
	}

	@Test
	void sweptPositionsAreUsedAgain() {
		for (int round = 0; round < 50; round++) {
			for (int i = 0; i < 100; i++) {
				StoreFixture.taken(this.store, this.limit, "caller" + round + "-" + i, 10);
			}
			assertThat(this.store.trackedKeys(Handles.of(this.limit))).isEqualTo(100);
			this.time.advance(Duration.ofMinutes(1));
			this.store.sweep();
			assertThat(this.store.trackedKeys(Handles.of(this.limit))).isZero();
		}
		assertThat(this.store.forgottenPermits(Handles.of(this.limit))).isZero();
	}

	@Test
	void whatIsTakenWhileKeysAreSweptIsNeverLost() throws Exception {
		MemoryStore large = new MemoryStore(this.time, 4_000);
		for (int round = 0; round < 150; round++) {
			for (int i = 0; i < 2_000; i++) {
				StoreFixture.taken(large, this.limit, "caller" + i, 1);
			}
			this.time.advance(Duration.ofMinutes(2));
			AtomicInteger taken = new AtomicInteger();
			TestThreads.run(2, (thread) -> {
				for (int i = 0; thread == 0 && i < 2_000; i++) {
					StoreFixture.taken(large, this.limit, "caller" + (i * 7) % 2_000, 1);
					taken.setRelease(i);
				}
				while (thread == 1 && taken.getAcquire() < 1_999) {
					large.sweep();
				}
			});
			for (int i = 0; i < 2_000; i++) {
				if (StoreFixture.remaining(large, this.limit, "caller" + i) != 9) {
					throw new AssertionError("Round " + round + ": caller" + i + " should have 9 permits");
				}
			}
			this.time.advance(Duration.ofMinutes(2));
		}
	}

	@Test
	void whileKeysAreResetNoMoreIsGrantedThanTheResetsGave() throws Exception {
		for (int round = 0; round < 50; round++) {
			Charge charge = StoreFixture.charge(this.limit, "caller" + round, 1);
			AtomicLong granted = new AtomicLong();
			AtomicInteger resets = new AtomicInteger();
			AtomicBoolean done = new AtomicBoolean();
			TestThreads.run(3, (thread) -> {
				if (thread == 0) {
					for (int i = 0; i < 20; i++) {
						resets.addAndGet(this.store.reset(Handles.of(this.limit), charge.key().id()) ? 1 : 0);
					}
					done.set(true);
				}
				else {
					boolean last = false;
					while (!last) {
						boolean after = done.get();
						boolean refused = this.store.take(charge).isViolated();
						granted.addAndGet(refused ? 0 : 1);
						last = after && refused;
					}
				}
			});
			assertThat(granted.get()).isLessThanOrEqualTo(10L * (1 + resets.get()));
			assertThat(this.store.take(charge).isViolated()).isTrue();
			assertThat(this.store.trackedKeys(Handles.of(this.limit))).isLessThanOrEqualTo(100);
		}
	}

}
