package io.github.ratelimit.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.ExactWaitContract;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.SequenceContract;
import io.github.ratelimit.store.StoreFixture;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A monotonic clock may begin anywhere, and pass the largest number. */
@Tag("version-independent")
class ShiftedClockTests implements ExactWaitContract, SequenceContract {

	@Override
	public LimitStore createStore(TimeSource time) {
		return new MemoryStore(shifted(time, Long.MAX_VALUE - 1_000_000_000L), 10_000);
	}

	@Override
	public int sequences() {
		return 5;
	}

	@ParameterizedTest
	@ValueSource(
			longs = { Long.MIN_VALUE, Long.MIN_VALUE + 1, -1, 0, Long.MAX_VALUE, Long.MAX_VALUE - 30_000_000_000L })
	void theOriginOfTheClockMakesNoDifference(long origin) {
		ManualTime time = new ManualTime(origin);
		MemoryStore store = new MemoryStore(time, 10);
		Limit limit = StoreFixture.limit("chat", "10/min");
		StoreFixture.taken(store, limit, "caller", 10);
		assertThat(store.take(StoreFixture.charge(limit, "caller", 1)).retryAfter()).isEqualTo(Duration.ofSeconds(6));

		time.advance(Duration.ofSeconds(33));
		assertThat(StoreFixture.remaining(store, limit, "caller")).isEqualTo(5);
		assertThat(store.find(Handles.of(limit), Key.of("caller").id()).orElseThrow().lastSeen())
			.isEqualTo(time.wallTime());
		store.sweep();
		assertThat(store.trackedKeys(Handles.of(limit))).isEqualTo(1);

		time.advance(Duration.ofMinutes(1));
		assertThat(store.find(Handles.of(limit), Key.of("caller").id()).orElseThrow().lastSeen())
			.isEqualTo(time.wallTime().minusSeconds(60));
		store.sweep();
		assertThat(store.trackedKeys(Handles.of(limit))).isZero();
	}

	@Test
	void aHundredYearsAreNotTooLong() {
		ManualTime time = new ManualTime(-5);
		Limit limit = StoreFixture.limit("chat", "1/36500d burst 1");
		MemoryStore store = new MemoryStore(time, 10);
		StoreFixture.taken(store, limit, "caller", 1);
		time.advance(Duration.ofDays(36_500).minusNanos(1));
		assertThat(store.take(StoreFixture.charge(limit, "caller", 1)).retryAfterNanos()).isEqualTo(1);
		time.advance(Duration.ofDays(36_500));
		assertThat(StoreFixture.remaining(store, limit, "caller")).isEqualTo(1);
	}

	private static TimeSource shifted(TimeSource time, long origin) {
		return new TimeSource() {

			@Override
			public long nanoTime() {
				return origin + time.nanoTime();
			}

			@Override
			public Instant wallTime() {
				return time.wallTime();
			}

		};
	}

}
