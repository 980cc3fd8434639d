package io.github.ratelimit.store;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

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

	/** A limit that counts calls one by one counts those of the other as its own. */
	@ParameterizedTest
	@EnumSource(value = Algorithm.class, names = "CONCURRENCY", mode = EnumSource.Mode.EXCLUDE)
	default void alternatingGrantsAreTheWholeAndNotMore(Algorithm algorithm) {
		SplittableRandom random = new SplittableRandom(algorithm.ordinal());
		List<String> rates = List.of("10/d | 1000/d", "3/d | 10/d", "7/d | 1000/d", "11/d | 13/d", "1/d | 1000000/d",
				"999980/d | 1000000/d", "7/d | 900000000000/d");
		for (int sequence = 0; sequence < 70; sequence++) {
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

	private static void alternate(LimitStore store, Limit smaller, Limit larger, SplittableRandom random) {
		boolean absolute = smaller.algorithm() == Algorithm.SLIDING_WINDOW_LOG;
		double permit = 1.0 / larger.capacity();
		double spent = 0;
		double lost = 1e-9;
		for (int step = 0; step < 60; step++) {
			Limit limit = random.nextBoolean() ? smaller : larger;
			long permits = (random.nextInt(4) == 0) ? 1 : random.nextLong(2 + limit.capacity() / 3);
			double whole = absolute ? limit.capacity() : 1;
			double cost = absolute ? permits : (double) permits / limit.capacity();
			ChargeDecision decision = store.take(StoreFixture.charge(limit, "caller", permits));
			if (permits > 0 && decision.isViolated()) {
				assertThat(spent + cost).as("what %s would have been with %s", limit.rates(), permits)
					.isGreaterThan(whole - lost);
			}
			else if (permits > 0) {
				spent += cost;
				lost += absolute ? 0 : permit;
				assertThat(spent).as("what is granted with %s of %s", permits, limit.rates())
					.isLessThanOrEqualTo(whole + 1e-9);
			}
		}
	}

	/**
	 * A permit of the smaller rate is a hundred of the larger, at every time: so one
	 * configuration alone has to decide as both alternately do. Bucket4j's buckets do so
	 * to within a nanosecond, and logs count calls.
	 */
	@ParameterizedTest
	@EnumSource(value = Algorithm.class, names = { "FIXED_WINDOW", "SLIDING_WINDOW", "SLIDING_WINDOW_COUNTER" })
	default void twoAlternatingConfigurationsDecideAsAFinerOne(Algorithm algorithm) {
		SplittableRandom random = new SplittableRandom(100 + algorithm.ordinal());
		for (int sequence = 0; sequence < 20; sequence++) {
			ManualTime time = new ManualTime();
			LimitStore store = createStore(time);
			Limit smaller = StoreFixture.limit("chat", algorithm, "10/min");
			Limit larger = StoreFixture.limit("chat", algorithm, "1000/min");
			Limit alone = StoreFixture.limit("alone", algorithm, "1000/min");
			for (int step = 0; step < 100; step++) {
				time.advance(Duration.ofMillis(random.nextInt(5) * random.nextLong(3_000)));
				boolean small = random.nextInt(3) > 0;
				long permits = small ? random.nextLong(3) : random.nextLong(300);
				Charge charge = StoreFixture.charge(small ? smaller : larger, "caller", permits);
				ChargeDecision decision = store.take(charge);
				ChargeDecision expected = store
					.take(StoreFixture.charge(alone, "caller", small ? 100 * permits : permits));

				assertThat(decision.isViolated()).as("step %s, %s", step, charge).isEqualTo(expected.isViolated());
				assertThat(decision.remaining()).as("step %s, %s", step, charge)
					.isEqualTo(expected.remaining() / (small ? 100 : 1));
				assertThat(decision.retryAfterNanos()).as("step %s, %s", step, charge)
					.isEqualTo(expected.retryAfterNanos());
				assertThat(decision.resetAfter()).as("step %s, %s", step, charge).isEqualTo(expected.resetAfter());
				if (!decision.isViolated() && random.nextInt(6) == 0) {
					long more = random.nextLong(3);
					store.settle(decision, permits + more);
					store.settle(expected, (small ? 100 : 1) * (permits + more));
				}
			}
		}
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
