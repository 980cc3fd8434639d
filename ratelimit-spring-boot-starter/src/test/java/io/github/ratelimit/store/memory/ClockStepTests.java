package io.github.ratelimit.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Limit;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreFixture;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Windows go by the wall clock, but not by its steps. */
class ClockStepTests {

	private long nanos;

	private Instant wallTime = Instant.parse("2026-03-04T05:06:07.123456789Z");

	private final MemoryStore store = new MemoryStore(new TimeSource() {

		@Override
		public long nanoTime() {
			return ClockStepTests.this.nanos;
		}

		@Override
		public Instant wallTime() {
			return ClockStepTests.this.wallTime;
		}

	}, 10);

	@Test
	void aWindowBeginsWithTheMinuteOfTheWallClock() {
		Limit limit = StoreFixture.limit("chat", Algorithm.FIXED_WINDOW, "10/min");
		ChargeDecision taken = StoreFixture.taken(this.store, limit, "caller", 10);
		assertThat(taken.resetAfter()).isEqualTo(Duration.ofSeconds(53).minusNanos(123_456_789));
	}

	@ParameterizedTest
	@EnumSource(Algorithm.class)
	void aStepOfTheWallClockGivesNothingBack(Algorithm algorithm) {
		Limit limit = StoreFixture.limit("chat", algorithm, "10/min");
		StoreFixture.taken(this.store, limit, "caller", 10);
		this.wallTime = this.wallTime.plus(Duration.ofDays(1));
		assertThat(StoreFixture.remaining(this.store, limit, "caller")).isZero();
		this.wallTime = this.wallTime.minus(Duration.ofDays(3));
		assertThat(StoreFixture.remaining(this.store, limit, "caller")).isZero();
	}

	@ParameterizedTest
	@EnumSource(Algorithm.class)
	void aReadingOfTheClockThatComesLateCountsAsTheNewest(Algorithm algorithm) {
		Limit limit = StoreFixture.limit("chat", algorithm, "10/min");
		this.nanos = Duration.ofMinutes(10).toNanos();
		StoreFixture.taken(this.store, limit, "caller", 6);
		this.nanos -= Duration.ofMinutes(2).toNanos();
		StoreFixture.taken(this.store, limit, "caller", 4);
		assertThat(this.store.take(StoreFixture.charge(limit, "caller", 1)).isViolated()).isTrue();
		this.nanos += Duration.ofMinutes(2).toNanos();
		assertThat(StoreFixture.remaining(this.store, limit, "caller")).isZero();
	}

}
