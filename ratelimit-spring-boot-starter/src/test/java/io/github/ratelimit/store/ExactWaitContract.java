package io.github.ratelimit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A refused caller is refused until exactly the reported time. */
public interface ExactWaitContract extends StoreFixture {

	@Tag("version-independent")
	@ParameterizedTest
	@ValueSource(strings = { "7/3s", "1/500ms", "1000003/h", "5/15min burst 2", "5/s, 60/min burst 90", "1/ms", "3/7ms",
			"1/36500d", "10/min", "999/s burst 5", "1000000/ms", "3/s burst 1, 10/min, 100/h burst 250", "13/11h" })
	default void refusedUntilExactlyTheStatedTime(String rates) {
		long seed = System.nanoTime();
		SplittableRandom random = new SplittableRandom(seed);
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		Limit limit = StoreFixture.limit("exact", rates);
		int refusals = 0;
		for (int round = 0; round < 60; round++) {
			if (time.nanoTime() > Long.MAX_VALUE / 2) {
				time = new ManualTime();
				store = createStore(time);
			}
			Charge charge = StoreFixture.charge(limit, "caller", 1 + random.nextLong(limit.capacity()));
			ChargeDecision decision = store.take(charge);
			while (!decision.isViolated()) {
				decision = store.take(charge);
			}
			assertExactlyUntil(decision, store, time, seed);
			time.advance(Duration.ofNanos(resolution() * random.nextLong(5_000_000)));
			refusals++;
		}
		assertThat(refusals).isEqualTo(60);
	}

	@Tag("version-independent")
	@Test
	default void refusedByAllLimitsUntilExactlyTheStatedTime() {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		List<Charge> charges = List.of(StoreFixture.charge(StoreFixture.limit("a", "7/3s"), "caller", 2),
				StoreFixture.charge(StoreFixture.limit("b", "5/s, 60/min"), "caller", 3),
				StoreFixture.charge(StoreFixture.limit("c", "11/13s burst 3"), "caller", 1));
		for (int refusals = 0; refusals < 200;) {
			List<ChargeDecision> decisions = store.takeAll(charges);
			long wait = decisions.stream().mapToLong(ChargeDecision::retryAfterNanos).max().orElseThrow();
			if (wait > 0) {
				refusals++;
				time.advance(Duration.ofNanos(wait - resolution()));
				assertThat(store.takeAll(charges)).anyMatch(ChargeDecision::isViolated);
				time.advance(Duration.ofNanos(resolution()));
				assertThat(store.takeAll(charges)).noneMatch(ChargeDecision::isViolated);
			}
		}
	}

	@Tag("version-independent")
	@Test
	default void whatIsAboveTheCapacityIsRefusedForEver() {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		Limit limit = StoreFixture.limit("never", "100/s, 10/min burst 7");
		for (int i = 0; i < 3; i++) {
			ChargeDecision refused = store.take(StoreFixture.charge(limit, "caller", 8));
			assertThat(refused.isViolated()).isTrue();
			assertThat(refused.isNeverPayable()).isTrue();
			assertThat(refused.retryAfterNanos()).isEqualTo(ChargeDecision.NEVER);
			assertThat(store.take(StoreFixture.charge(limit, "caller", Long.MAX_VALUE)).isNeverPayable()).isTrue();
			time.advance(Duration.ofDays(1));
			StoreFixture.taken(store, limit, "caller", 7);
		}
	}

	private void assertExactlyUntil(ChargeDecision refused, LimitStore store, ManualTime time, long seed) {
		Charge charge = refused.charge();
		long wait = refused.retryAfterNanos();
		assertThat(wait % resolution()).isZero();
		time.advance(Duration.ofNanos(wait - resolution()));
		ChargeDecision early = store.take(charge);
		assertThat(early.isViolated()).as("seed %d: %s, one step before %d ns", seed, refused, wait).isTrue();
		assertThat(early.retryAfterNanos()).as("seed %d: %s", seed, refused).isEqualTo(resolution());
		time.advance(Duration.ofNanos(resolution()));
		assertThat(store.take(charge).isViolated()).as("seed %d: %s, after %d ns", seed, refused, wait).isFalse();
	}

}
