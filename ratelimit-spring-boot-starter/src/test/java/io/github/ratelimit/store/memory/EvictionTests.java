package io.github.ratelimit.store.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.KeyState;
import io.github.ratelimit.store.StoreFixture;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which keys are evicted when there are too many, and how that is reported. */
@Tag("version-independent")
class EvictionTests {

	private final ManualTime time = new ManualTime();

	private final Limit limit = StoreFixture.limit("chat", "100/min");

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 8 })
	void inASmallTableTheNearestToFullGoes(int maxKeys) {
		MemoryStore store = new MemoryStore(this.time, maxKeys);
		for (int i = 0; i < maxKeys; i++) {
			StoreFixture.taken(store, this.limit, "caller" + i, 50 + (i * 7) % 11);
		}
		long forgotten = 0;
		for (int i = 0; i < 40; i++) {
			long least = spentOfTheNearestToFull(store);
			StoreFixture.taken(store, this.limit, "new" + i, 40 + (i * 13) % 60);
			forgotten += least;
			assertThat(store.forgottenPermits(Handles.of(this.limit))).isEqualTo(forgotten);
			assertThat(store.trackedKeys(Handles.of(this.limit))).isEqualTo(maxKeys);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 8 })
	void inASmallTableNothingIsForgottenWhileARefilledKeyIsThere(int maxKeys) {
		MemoryStore store = new MemoryStore(this.time, maxKeys);
		for (int refilled = 1; refilled <= maxKeys; refilled++) {
			for (int i = 0; i < maxKeys; i++) {
				this.time.advance((i == refilled) ? Duration.ofMinutes(2) : Duration.ZERO);
				store.reset(Handles.of(this.limit), Key.of("caller" + i).id());
				StoreFixture.taken(store, this.limit, "caller" + i, 100);
			}
			this.time.advance((refilled == maxKeys) ? Duration.ofMinutes(2) : Duration.ZERO);
			for (int i = 0; i < refilled; i++) {
				StoreFixture.taken(store, this.limit, "new" + i, 100);
				assertThat(store.forgottenPermits(Handles.of(this.limit))).isZero();
			}
			for (int i = refilled; i < maxKeys; i++) {
				assertThat(StoreFixture.remaining(store, this.limit, "caller" + i)).isZero();
			}
			for (int i = 0; i < refilled; i++) {
				assertThat(store.reset(Handles.of(this.limit), Key.of("new" + i).id())).isTrue();
			}
		}
	}

	@Test
	void inALargeTableFewAreForgottenWhileHalfAreRefilled() {
		MemoryStore store = new MemoryStore(this.time, 3_000);
		for (int i = 0; i < 3_000; i++) {
			this.time.advance((i == 1_500) ? Duration.ofMinutes(2) : Duration.ZERO);
			StoreFixture.taken(store, this.limit, "caller" + i, 100);
		}
		for (int i = 0; i < 300; i++) {
			StoreFixture.taken(store, this.limit, "new" + i, 100);
		}
		assertThat(store.forgottenPermits(Handles.of(this.limit)) / 100).isLessThan(15);
		assertThat(store.trackedKeys(Handles.of(this.limit))).isEqualTo(3_000);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			100/min               | 70 | 0     | 70
			100/min               | 70 | 30000 | 20
			100/min               | 70 | 30001 | 20
			100/min               | 70 | 42000 | 0
			100/min               | 70 | 41999 | 1
			10/min burst 100      | 70 | 60000 | 60
			100/s, 200/min        | 90 | 0     | 90
			100/s, 200/min        | 90 | 450   | 89
			100/s burst 500, 60/d | 60 | 1000  | 60
			""")
	void spentPermitsOfAnEvictedKeyAreMetered(String rates, long taken, long millis, long forgotten) {
		MemoryStore store = new MemoryStore(this.time, 1);
		Limit several = StoreFixture.limit("several", rates);
		StoreFixture.taken(store, several, "caller", taken);
		this.time.advance(Duration.ofMillis(millis));

		StoreFixture.taken(store, several, "new", 1);

		assertThat(store.forgottenPermits(Handles.of(several))).isEqualTo(forgotten);
		assertThat(store.forgottenPermits(Handles.of(this.limit))).isZero();
		assertThat(StoreFixture.remaining(store, several, "caller")).isEqualTo(several.capacity());
	}

	@Test
	void permitsGivenBackToAnEvictedKeyAreDropped() {
		MemoryStore store = new MemoryStore(this.time, 1);
		ChargeDecision taken = StoreFixture.taken(store, this.limit, "caller", 70);
		StoreFixture.taken(store, this.limit, "new", 1);
		store.giveBack(taken);
		assertThat(StoreFixture.remaining(store, this.limit, "new")).isEqualTo(99);

		StoreFixture.taken(store, this.limit, "caller", 50);
		store.giveBack(taken);
		assertThat(StoreFixture.remaining(store, this.limit, "caller")).isEqualTo(50);
	}

	@Test
	void everybodysKeyNeverGoes() {
		MemoryStore store = new MemoryStore(this.time, 1);
		Charge global = Charge.of(Handles.of(this.limit), Key.GLOBAL, 100);
		assertThat(store.take(global).isViolated()).isFalse();
		for (int i = 0; i < 1_000; i++) {
			StoreFixture.taken(store, this.limit, "caller" + i, 1);
		}
		assertThat(store.take(global).remaining()).isZero();
		assertThat(store.take(global).isViolated()).isTrue();
		assertThat(store.trackedKeys(Handles.of(this.limit))).isEqualTo(2);
		assertThat(store.forgottenPermits(Handles.of(this.limit))).isEqualTo(999);

		this.time.advance(Duration.ofHours(1));
		store.sweep();
		assertThat(store.find(Handles.of(this.limit), Key.GLOBAL.id())).isPresent();
		assertThat(store.trackedKeys(Handles.of(this.limit))).isEqualTo(1);
	}

	@Test
	void aKeyWithCallsInFlightStaysWhileThereIsAnIdleOne() {
		MemoryStore store = new MemoryStore(this.time, 8);
		Limit slots = StoreFixture.limit("slots", Algorithm.CONCURRENCY, "3/s");
		for (int i = 0; i < 7; i++) {
			StoreFixture.taken(store, slots, "busy" + i, 3);
		}
		for (int i = 0; i < 500; i++) {
			store.giveBack(StoreFixture.taken(store, slots, "caller" + i, 1));
			this.time.advance(Duration.ofDays(1));
			store.sweep();
		}
		for (int i = 0; i < 7; i++) {
			assertThat(store.take(StoreFixture.charge(slots, "busy" + i, 1)).isViolated()).isTrue();
		}
		assertThat(store.forgottenPermits(Handles.of(slots))).isZero();
	}

	@Test
	void inALargeTableAKeyWithCallsInFlightStaysIfFewAreIdle() {
		MemoryStore store = new MemoryStore(this.time, 200);
		Limit slots = StoreFixture.limit("slots", Algorithm.CONCURRENCY, "3/s");
		for (int i = 0; i < 160; i++) {
			StoreFixture.taken(store, slots, "busy" + i, 3);
		}
		for (int i = 0; i < 140; i++) {
			store.giveBack(StoreFixture.taken(store, slots, "caller" + i, 1));
		}
		assertThat(store.forgottenPermits(Handles.of(slots))).isZero();
	}

	@Test
	void ifAllKeysHaveCallsInFlightTheOneWithFewestIsEvicted() {
		MemoryStore store = new MemoryStore(this.time, 3);
		Limit slots = StoreFixture.limit("slots", Algorithm.CONCURRENCY, "3/s");
		StoreFixture.taken(store, slots, "three", 3);
		ChargeDecision forgotten = StoreFixture.taken(store, slots, "one", 1);
		StoreFixture.taken(store, slots, "two", 2);

		StoreFixture.taken(store, slots, "new", 3);

		assertThat(store.forgottenPermits(Handles.of(slots))).isEqualTo(1);
		assertThat(store.find(Handles.of(slots), Key.of("one"))).isEmpty();
		store.giveBack(forgotten);
		assertThat(store.find(Handles.of(slots), Key.of("three")).orElseThrow().remaining()).isZero();
		assertThat(store.find(Handles.of(slots), Key.of("two")).orElseThrow().remaining()).isEqualTo(1);
	}

	@Test
	void refusedAndPeekingCallsCreateNothingAndEvictNoKey() {
		MemoryStore store = new MemoryStore(this.time, 2);
		StoreFixture.taken(store, this.limit, "caller", 100);
		StoreFixture.taken(store, this.limit, "other", 100);
		Limit narrow = StoreFixture.limit("narrow", "1/d");
		StoreFixture.taken(store, narrow, "caller", 1);
		for (int i = 0; i < 100; i++) {
			assertThat(store.take(StoreFixture.charge(this.limit, "stranger" + i, 0)).isViolated()).isFalse();
			assertThat(store.take(StoreFixture.charge(this.limit, "stranger" + i, 101)).isViolated()).isTrue();
			assertThat(store.takeAll(List.of(StoreFixture.charge(this.limit, "stranger" + i, 1),
					StoreFixture.charge(narrow, "caller", 1))))
				.anyMatch(ChargeDecision::isViolated);
		}
		assertThat(store.trackedKeys(Handles.of(this.limit))).isEqualTo(2);
		assertThat(store.forgottenPermits(Handles.of(this.limit))).isZero();
		assertThat(StoreFixture.remaining(store, this.limit, "caller")).isZero();
		assertThat(StoreFixture.remaining(store, this.limit, "other")).isZero();
	}

	@Test
	void aResetMakesRoomAndForgetsNothing() {
		MemoryStore store = new MemoryStore(this.time, 2);
		for (int i = 0; i < 1_000; i++) {
			StoreFixture.taken(store, this.limit, "caller" + i, 7);
			if (i > 0) {
				assertThat(store.reset(Handles.of(this.limit), Key.of("caller" + i).id())).isTrue();
			}
		}
		assertThat(store.forgottenPermits(Handles.of(this.limit))).isZero();
		assertThat(StoreFixture.remaining(store, this.limit, "caller0")).isEqualTo(93);
	}

	@Test
	void everyLimitHasItsOwnRoom() {
		MemoryStore store = new MemoryStore(this.time, 3);
		for (int limits = 0; limits < 5; limits++) {
			Limit one = StoreFixture.limit("limit" + limits, "10/min");
			for (int i = 0; i < 10; i++) {
				StoreFixture.taken(store, one, "caller" + i, 1);
			}
			assertThat(store.trackedKeys(Handles.of(one))).isEqualTo(3);
			assertThat(store.forgottenPermits(Handles.of(one))).isEqualTo(7);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, -1, Integer.MIN_VALUE })
	void aTableWithoutRoomIsRefused(int maxKeys) {
		assertThatIllegalArgumentException().isThrownBy(() -> new MemoryStore(this.time, maxKeys))
			.withMessage(
					"The memory store cannot remember " + maxKeys + " keys per limit. Give it room for at least 1.");
	}

	private long spentOfTheNearestToFull(MemoryStore store) {
		return store.keys(Handles.of(this.limit), null, 100)
			.keys()
			.stream()
			.mapToLong(KeyState::remaining)
			.map((remaining) -> 100 - remaining)
			.min()
			.orElseThrow();
	}

}
