package io.github.ratelimit.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.KeyState;
import io.github.ratelimit.store.StoreFixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * More keys than there is room for, from many threads: the bound holds at every moment,
 * and every permit is spent in a live bucket or metered as forgotten.
 */
@Tag("version-independent")
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class FloodTests {

	private final ManualTime time = new ManualTime();

	@ParameterizedTest
	@CsvSource({ "1,3,400", "2,3,600", "2,40,600", "8,12,1500", "8,500,1500", "1000,1500,6000", "1000,100000,6000" })
	void permitsAreSpentOrMeteredWhateverIsEvicted(int maxKeys, int keys, int calls) throws Exception {
		flood(StoreFixture.limit("chat", "20/d"), maxKeys, keys, calls);
	}

	@ParameterizedTest
	@EnumSource(Algorithm.class)
	void permitsOfEveryKindAreSpentOrMeteredWhateverIsEvicted(Algorithm algorithm) throws Exception {
		flood(StoreFixture.limit("chat", algorithm, "20/d"), 8, 12, 1_500);
	}

	private void flood(Limit limit, int maxKeys, int keys, int calls) throws Exception {
		for (int round = 0; round < 6; round++) {
			MemoryStore store = new MemoryStore(this.time, maxKeys);
			AtomicLong granted = new AtomicLong();
			AtomicInteger running = new AtomicInteger(3);
			long seed = System.nanoTime();
			TestThreads.run(4, (thread) -> {
				if (thread == 3) {
					watch(store, limit, maxKeys, running);
					return;
				}
				Random random = new Random(seed + thread);
				for (int i = 0; i < calls; i++) {
					Charge charge = StoreFixture.charge(limit, "caller" + random.nextInt(keys), random.nextInt(4));
					granted.addAndGet(store.take(charge).isViolated() ? 0 : charge.permits());
				}
				running.decrementAndGet();
			});
			assertThat(spent(store, limit) + store.forgottenPermits(Handles.of(limit))).as("seed %d", seed)
				.isEqualTo(granted.get());
			assertThat(store.trackedKeys(Handles.of(limit)))
				.isEqualTo(store.keys(Handles.of(limit), null, Integer.MAX_VALUE).keys().size())
				.isLessThanOrEqualTo(maxKeys);
			assertThatEveryPositionIsStillThere(store, limit, maxKeys);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 2, 5 })
	void aKeyThatIsEvictedWhileItIsTakenIsNeverTwice(int maxKeys) throws Exception {
		Limit limit = StoreFixture.limit("chat", "1000000/d");
		for (int round = 0; round < 20; round++) {
			MemoryStore store = new MemoryStore(this.time, maxKeys);
			AtomicLong granted = new AtomicLong();
			TestThreads.run(4, (thread) -> {
				for (int i = 0; i < 500; i++) {
					Charge charge = (thread < 2) ? StoreFixture.charge(limit, "nearest to full", 1)
							: StoreFixture.charge(limit, "other" + thread + "-" + i, 10_000);
					assertGranted(store.take(charge));
					granted.addAndGet(charge.permits());
				}
			});
			assertThat(spent(store, limit) + store.forgottenPermits(Handles.of(limit))).isEqualTo(granted.get());
		}
	}

	@Test
	void requestsOverSeveralLimitsLoseNoPermitWhileKeysAreEvicted() throws Exception {
		List<Limit> limits = List.of(StoreFixture.limit("a", "30/d"), StoreFixture.limit("b", "300/d"));
		for (int round = 0; round < 10; round++) {
			MemoryStore store = new MemoryStore(this.time, 4);
			AtomicLong granted = new AtomicLong();
			AtomicLong takenInVain = new AtomicLong();
			TestThreads.run(3, (thread) -> {
				Random random = new Random(thread);
				for (int i = 0; i < 500; i++) {
					String key = "caller" + random.nextInt(9);
					List<ChargeDecision> decisions = store
						.takeAll(limits.stream().map((limit) -> StoreFixture.charge(limit, key, 2)).toList());
					boolean allowed = decisions.stream().noneMatch(ChargeDecision::isViolated);
					(allowed ? granted : takenInVain).addAndGet(2);
				}
			});
			for (Limit limit : limits) {
				assertThat(spent(store, limit) + store.forgottenPermits(Handles.of(limit))).isBetween(granted.get(),
						granted.get() + takenInVain.get());
			}
		}
	}

	@Test
	void aMillionKeysTakeTheRoomOfTenThousand() throws Exception {
		MemoryStore store = new MemoryStore(this.time, 10_000);
		Limit limit = StoreFixture.limit("chat", "10/d");
		TestThreads.run(2, (thread) -> {
			for (int i = 0; i < 500_000; i++) {
				assertGranted(store.take(StoreFixture.charge(limit, "flood" + thread + "-" + i, 1)));
			}
		});
		assertThat(store.trackedKeys(Handles.of(limit))).isEqualTo(10_000);
		assertThat(spent(store, limit)).isEqualTo(10_000);
		assertThat(store.forgottenPermits(Handles.of(limit))).isEqualTo(990_000);

		this.time.advance(Duration.ofDays(1));
		store.sweep();
		assertThat(store.trackedKeys(Handles.of(limit))).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "value", "user", "ip+value" })
	void keysWhoseHashesCollideAreFoundAsFastAsOthers(String kind) {
		MemoryStore store = new MemoryStore(this.time, 100_000);
		Limit limit = StoreFixture.limit("chat", "10/d");
		List<Key> keys = collidingTexts(16).stream().map((text) -> Key.of(kind, text)).toList();
		assertThat(keys.stream().mapToInt(Key::hashCode).distinct().count()).isEqualTo(1);
		for (Key key : keys) {
			assertGranted(store.take(Charge.of(Handles.of(limit), key, 10)));
		}
		for (Key key : keys) {
			assertThat(store.take(Charge.of(Handles.of(limit), key, 1)).isViolated()).isTrue();
		}
		assertThat(store.trackedKeys(Handles.of(limit))).isEqualTo(keys.size());
	}

	private static void watch(MemoryStore store, Limit limit, int maxKeys, AtomicInteger running) {
		while (running.get() > 0) {
			List<KeyState> live = store.keys(Handles.of(limit), null, Integer.MAX_VALUE).keys();
			assertThat(live.size()).isLessThanOrEqualTo(maxKeys);
			assertThat(live.stream().map(KeyState::key).distinct().count()).isEqualTo(live.size());
		}
	}

	private static void assertThatEveryPositionIsStillThere(MemoryStore store, Limit limit, int maxKeys) {
		for (int i = 0; i < maxKeys; i++) {
			assertGranted(store.take(StoreFixture.charge(limit, "later" + i, 20)));
		}
		assertThat(store.trackedKeys(Handles.of(limit))).isEqualTo(maxKeys);
	}

	private static void assertGranted(ChargeDecision decision) {
		if (decision.isViolated()) {
			throw new AssertionError("Refused: " + decision);
		}
	}

	private static long spent(MemoryStore store, Limit limit) {
		return store.keys(Handles.of(limit), null, Integer.MAX_VALUE)
			.keys()
			.stream()
			.mapToLong((state) -> state.limit() - state.remaining())
			.sum();
	}

	/**
	 * Texts that all have the same {@link String#hashCode()}, as an attacker makes them.
	 */
	private static List<String> collidingTexts(int bits) {
		return IntStream.range(0, 1 << bits).mapToObj((number) -> {
			List<String> pairs = new ArrayList<>();
			for (int bit = 0; bit < bits; bit++) {
				pairs.add(((number >> bit) & 1) == 0 ? "Aa" : "BB");
			}
			return String.join("", pairs);
		}).toList();
	}

}
