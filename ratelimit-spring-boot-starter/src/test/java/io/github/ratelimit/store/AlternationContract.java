package io.github.ratelimit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two configurations of one limit that are used alternately, as during the deployment of
 * a new version: a refused call costs nothing, and an accepted one what it takes.
 */
public interface AlternationContract extends StoreFixture {

	@ParameterizedTest
	@EnumSource(value = Algorithm.class, names = "CONCURRENCY", mode = EnumSource.Mode.EXCLUDE)
	default void aRefusalUnderASmallerRateCostsTheLargerNothing(Algorithm algorithm) {
		LimitStore store = createStore(new ManualTime());
		Limit larger = StoreFixture.limit("chat", algorithm, "1000/d");
		Limit smaller = StoreFixture.limit("chat", algorithm, "10/d");
		StoreFixture.taken(store, larger, "caller", 931);

		for (int i = 0; i < 3; i++) {
			assertThat(store.take(StoreFixture.charge(smaller, "caller", 1)).isViolated()).isTrue();
			assertThat(StoreFixture.remaining(store, smaller, "caller")).isZero();
			assertThat(StoreFixture.remaining(store, larger, "caller")).isEqualTo(69);
		}
		StoreFixture.taken(store, larger, "caller", 69);
		assertThat(StoreFixture.remaining(store, larger, "caller")).isZero();
	}

	@ParameterizedTest
	@EnumSource(value = Algorithm.class, names = "CONCURRENCY", mode = EnumSource.Mode.EXCLUDE)
	default void whatIsGrantedInTurnHasRoomInOneOfThem(Algorithm algorithm) {
		SplittableRandom random = new SplittableRandom(algorithm.ordinal());
		List<String> rates = List.of("10/d | 1000/d", "3/d | 10/d", "7/d | 1000/d", "11/d | 13/d", "1/d | 1000000/d",
				"999980/d | 1000000/d", "7/d | 900000000000/d");
		for (int sequence = 0; sequence < part(70); sequence++) {
			String[] both = rates.get(sequence % rates.size()).split(" \\| ");
			boolean tooLong = algorithm == Algorithm.SLIDING_WINDOW_LOG && Rate.parse(both[1]).permits() > 10_000;
			if (tooLong) {
				continue;
			}
			Limit smaller = StoreFixture.limit("chat" + sequence, algorithm, both[0]);
			Limit larger = StoreFixture.limit("chat" + sequence, algorithm, both[1]);
			if (takes(smaller) && takes(larger)) {
				alternate(createStore(new ManualTime()), smaller, larger, random);
			}
		}
	}

	/**
	 * A bucket counts shares, a log permits, and a window both: a call is granted if
	 * there is room by one of them.
	 */
	private static void alternate(LimitStore store, Limit smaller, Limit larger, SplittableRandom random) {
		boolean shares = smaller.algorithm() != Algorithm.SLIDING_WINDOW_LOG;
		boolean permitsToo = smaller.algorithm() != Algorithm.TOKEN_BUCKET;
		double permit = 1.0 / larger.capacity();
		double share = 0;
		double lost = 1e-9;
		long taken = 0;
		for (int step = 0; step < 60; step++) {
			Limit limit = random.nextBoolean() ? smaller : larger;
			long permits = (random.nextInt(4) == 0) ? 1 : random.nextLong(2 + limit.capacity() / 3);
			double cost = (double) permits / limit.capacity();
			boolean roomByPermits = permitsToo && taken + permits <= limit.capacity();
			ChargeDecision decision = store.take(StoreFixture.charge(limit, "caller", permits));
			String what = permits + " of " + limit.rates() + " after " + taken + ", a share of " + share;
			if (permits > 0 && decision.isViolated()) {
				assertThat(shares && share + cost <= 1 - lost).as("room by the share for %s", what).isFalse();
				assertThat(roomByPermits).as("room by the permits for %s", what).isFalse();
			}
			else if (permits > 0) {
				assertThat(roomByPermits || (shares && share + cost <= 1 + 1e-9)).as("room for %s", what).isTrue();
				share += cost;
				taken += permits;
				lost += permit;
			}
		}
		assertThat(taken).isLessThanOrEqualTo(larger.capacity());
	}

	@ParameterizedTest
	@EnumSource(value = Algorithm.class, names = { "FIXED_WINDOW", "SLIDING_WINDOW", "SLIDING_WINDOW_COUNTER" })
	default void whatASmallerRateTookGoesBackInProportion(Algorithm algorithm) {
		LimitStore store = createStore(new ManualTime());
		Limit larger = StoreFixture.limit("chat", algorithm, "1000/d");
		Limit smaller = StoreFixture.limit("chat", algorithm, "10/d");
		StoreFixture.taken(store, larger, "caller", 455);
		ChargeDecision taken = StoreFixture.taken(store, smaller, "caller", 2);
		store.giveBack(taken);
		assertThat(StoreFixture.remaining(store, larger, "caller")).isEqualTo(545);
		assertThat(StoreFixture.remaining(store, smaller, "caller")).isEqualTo(5);
	}

	/** Otherwise a refused caller would wait until the longer period is over. */
	@ParameterizedTest
	@EnumSource(value = Algorithm.class, names = "CONCURRENCY", mode = EnumSource.Mode.EXCLUDE)
	default void aShorterPeriodHoldsFromTheFirstRefusalOn(Algorithm algorithm) {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		StoreFixture.taken(store, StoreFixture.limit("chat", algorithm, "10/d"), "caller", 10);
		Limit shorter = StoreFixture.limit("chat", algorithm, "10/min");

		ChargeDecision refused = store.take(StoreFixture.charge(shorter, "caller", 1));
		assertThat(refused.isViolated()).isTrue();
		assertThat(refused.retryAfter()).isLessThanOrEqualTo(Duration.ofMinutes(2));
		time.advance(Duration.ofNanos(refused.retryAfterNanos() - resolution()));
		assertThat(store.take(StoreFixture.charge(shorter, "caller", 1)).isViolated()).isTrue();
		time.advance(Duration.ofNanos(resolution()));
		assertThat(store.take(StoreFixture.charge(shorter, "caller", 1)).isViolated()).isFalse();
	}

}
