package io.github.ratelimit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A limit under its name with other rates: the state is converted in proportion. */
public interface ReconfigurationContract extends StoreFixture {

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			10/min                | 5  | 100/min                     | 50
			100/min               | 50 | 10/min                      | 5
			10/min                | 10 | 100/min                     | 0
			10/min                | 0  | 100/min                     | 100
			10/min                | 1  | 1000/h burst 5              | 4
			60/min burst 90       | 45 | 60/min burst 30             | 15
			10/min                | 5  | 10/s                        | 5
			5/s, 60/min           | 3  | 5/s, 120/min                | 2
			60/min                | 30 | 60/min, 10/s                | 10
			60/min                | 57 | 60/min, 10/s                | 3
			5/s burst 20, 60/min  | 15 | 60/min                      | 45
			60/min, 1000/h        | 30 | 100/s burst 10000, 500/h    | 485
			1000000/d             | 1  | 7/d                         | 6
			""")
	default void whatIsHalfFullStaysHalfFull(String before, long taken, String after, long remaining) {
		Limit from = StoreFixture.limit("chat", before);
		Limit to = StoreFixture.limit("chat", after);
		LimitStore store = createStore(new ManualTime());
		if (taken > 0) {
			StoreFixture.taken(store, from, "caller", taken);
		}

		assertThat(StoreFixture.remaining(store, to, "caller")).isEqualTo(remaining);
		ChargeDecision next = store.take(StoreFixture.charge(to, "caller", Math.max(1, remaining)));
		assertThat(next.isViolated()).isEqualTo(remaining == 0);
	}

	@Test
	default void aKeyOfAnotherNameIsAnotherBucket() {
		LimitStore store = createStore(new ManualTime());
		StoreFixture.taken(store, StoreFixture.limit("chat", "10/min"), "caller", 10);

		assertThat(StoreFixture.remaining(store, StoreFixture.limit("Chat", "10/min"), "caller")).isEqualTo(10);
	}

	@Test
	default void equalLimitsAreOneConfiguration() {
		LimitStore store = createStore(new ManualTime());
		ChargeDecision taken = StoreFixture.taken(store, StoreFixture.limit("chat", "7/3s, 60/min"), "caller", 5);
		Limit equal = StoreFixture.limit("chat", "60/60s, 7/3s");

		assertThat(StoreFixture.remaining(store, equal, "caller")).isEqualTo(2);
		StoreFixture.taken(store, equal, "caller", 1);
		store.giveBack(taken);
		assertThat(StoreFixture.remaining(store, equal, "caller")).isEqualTo(6);
	}

	@ParameterizedTest
	@ValueSource(strings = { "3/d | 10/d", "10/d | 1000/d", "7/d | 11/h", "100/min | 60/min burst 90",
			"1/d | 1000000/d", "5/s, 60/min | 120/min, 6/s", "60/min | 60/min, 1000/h" })
	default void twoConfigurationsThatAlternateNeitherDoubleNorLose(String configurations) {
		String[] rates = configurations.split(" \\| ");
		Limit one = StoreFixture.limit("chat", rates[0]);
		Limit other = StoreFixture.limit("chat", rates[1]);
		SplittableRandom random = new SplittableRandom(configurations.hashCode());
		for (int sequence = 0; sequence < part(50); sequence++) {
			LimitStore store = createStore(new ManualTime());
			double spent = 0;
			for (int step = 0; step < 200; step++) {
				Limit limit = random.nextBoolean() ? one : other;
				Charge charge = StoreFixture.charge(limit, "caller", random.nextLong(2 + limit.capacity() / 3));
				if (!store.take(charge).isViolated()) {
					spent += share(charge);
				}
			}
			assertThat(spent).as("part of the bucket that was granted").isLessThanOrEqualTo(1.000001);
			if (one.rates().size() == 1 && other.rates().size() == 1) {
				long coarsest = Math.min(one.capacity(), other.capacity());
				assertThat(spent).isGreaterThan(1 - 1.000001 / coarsest);
			}
		}
	}

	@Test
	default void aBucketThatIsReadAlternatelyKeepsItsPart() {
		LimitStore store = createStore(new ManualTime());
		Limit one = StoreFixture.limit("chat", "1000000/d");
		Limit other = StoreFixture.limit("chat", "300000/h burst 700000");
		StoreFixture.taken(store, one, "caller", 500_000);
		for (int i = 0; i < 1_000; i++) {
			assertThat(StoreFixture.remaining(store, (i % 2 == 0) ? one : other, "caller"))
				.isCloseTo((i % 2 == 0) ? 500_000L : 350_000L, within(1L));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "1/d | 1/s", "1/d | 1000/s", "1/s | 1/d", "5/15min | 100/min", "60/min | 60/min burst 90",
			"1/h burst 3 | 5/s, 60/min", "5/s, 60/min | 1/min" })
	default void refusedUntilExactlyTheStatedTimeUnderTheNewRates(String configurations) {
		String[] rates = configurations.split(" \\| ");
		Limit before = StoreFixture.limit("chat", rates[0]);
		Limit now = StoreFixture.limit("chat", rates[1]);
		for (boolean several : List.of(false, true)) {
			ManualTime time = new ManualTime();
			LimitStore store = createStore(time);
			StoreFixture.taken(store, before, "caller", before.capacity());
			List<Charge> charges = several
					? List.of(StoreFixture.charge(StoreFixture.limit("wide", "1000/s"), "caller", 1),
							StoreFixture.charge(now, "caller", 1))
					: List.of(StoreFixture.charge(now, "caller", 1));

			ChargeDecision refused = last(store, charges);
			assertThat(refused.isViolated()).isTrue();
			assertThat(refused.retryAfterNanos()).isLessThanOrEqualTo(now.rates().get(0).timeToFull().toNanos());
			time.advance(Duration.ofNanos(refused.retryAfterNanos() - resolution()));
			assertThat(last(store, charges).isViolated()).as("one step before the reported time").isTrue();
			time.advance(Duration.ofNanos(resolution()));
			assertThat(last(store, charges).isViolated()).as("at the reported time").isFalse();
		}
	}

	private static ChargeDecision last(LimitStore store, List<Charge> charges) {
		return (charges.size() == 1) ? store.take(charges.get(0)) : store.takeAll(charges).get(charges.size() - 1);
	}

	/** Returns the part of the rate that both configurations have. */
	private static double share(Charge charge) {
		return charge.limit()
			.rates()
			.stream()
			.filter((rate) -> rate.period().compareTo(Duration.ofSeconds(1)) > 0)
			.mapToDouble((rate) -> (double) charge.permits() / rate.burst())
			.findFirst()
			.orElseThrow();
	}

}
