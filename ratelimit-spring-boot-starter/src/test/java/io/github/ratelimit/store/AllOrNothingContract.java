package io.github.ratelimit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A refusal over several limits charges nothing. */
public interface AllOrNothingContract extends StoreFixture {

	@Test
	default void twoRequestsRefusedByTheLastOfFiveLimitsChangeNoneOfTheOthers() {
		LimitStore store = createStore(new ManualTime());
		List<Limit> limits = List.of(StoreFixture.limit("a", "10/min"), StoreFixture.limit("b", "10/s, 60/min"),
				StoreFixture.limit("c", "10/h burst 20"), StoreFixture.limit("d", "10/15min"),
				StoreFixture.limit("last", "1/min"));
		List<Charge> charges = limits.stream().map((limit) -> StoreFixture.charge(limit, "caller", 1)).toList();
		assertThat(store.takeAll(charges)).noneMatch(ChargeDecision::isViolated);

		for (int request = 0; request < 2; request++) {
			List<ChargeDecision> refused = store.takeAll(charges);
			assertThat(refused).extracting(ChargeDecision::isViolated)
				.containsExactly(false, false, false, false, true);
			assertThat(refused).extracting(ChargeDecision::remaining).containsExactly(9L, 9L, 19L, 9L, 0L);
			assertThat(refused).extracting(ChargeDecision::receipt).containsOnlyNulls();
			refused.forEach(store::giveBack);
		}

		assertThat(limits).extracting((limit) -> StoreFixture.remaining(store, limit, "caller"))
			.containsExactly(9L, 9L, 19L, 9L, 0L);
	}

	@Test
	default void aRefusalNamesAllLimitsThatHaveTooFewPermits() {
		LimitStore store = createStore(new ManualTime());
		Limit one = StoreFixture.limit("one", "1/min");
		Limit ten = StoreFixture.limit("ten", "10/h");
		StoreFixture.taken(store, one, "caller", 1);
		StoreFixture.taken(store, ten, "caller", 10);

		List<ChargeDecision> refused = store.takeAll(List.of(StoreFixture.charge(one, "caller", 1),
				StoreFixture.charge(one, "other", 1), StoreFixture.charge(ten, "caller", 1)));

		assertThat(refused).extracting(ChargeDecision::isViolated).containsExactly(true, false, true);
		assertThat(StoreFixture.remaining(store, one, "other")).isEqualTo(1);
	}

	@Test
	default void keysOfOneLimitAndLimitsOfOneKeyAreChargedEach() {
		LimitStore store = createStore(new ManualTime());
		Limit chat = StoreFixture.limit("chat", "10/min");
		Limit tokens = StoreFixture.limit("tokens", "1000/min");

		List<ChargeDecision> granted = store.takeAll(List.of(StoreFixture.charge(chat, "ann", 1),
				StoreFixture.charge(chat, "bob", 2), StoreFixture.charge(tokens, "ann", 300)));

		assertThat(granted).extracting(ChargeDecision::remaining).containsExactly(9L, 8L, 700L);
		assertThat(store.takeAll(List.of())).isEmpty();
	}

	@Test
	default void randomRequestsOverSeveralLimitsLoseNoPermit() {
		long seed = System.nanoTime();
		Random random = new Random(seed);
		for (int sequence = 0; sequence < 20; sequence++) {
			LimitStore store = createStore(new ManualTime());
			List<Limit> limits = new ArrayList<>();
			for (int i = 0; i < 5; i++) {
				limits.add(StoreFixture.limit("limit" + i, (40 + random.nextInt(40)) + "/d"));
			}
			long[] spent = new long[limits.size()];
			for (int step = 0; step < 300; step++) {
				List<Charge> charges = someCharges(limits, random);
				List<ChargeDecision> decisions = store.takeAll(charges);
				boolean granted = decisions.stream().noneMatch(ChargeDecision::isViolated);
				for (Charge charge : charges) {
					spent[limits.indexOf(charge.limit())] += granted ? charge.permits() : 0;
				}
				if (granted && random.nextInt(3) == 0) {
					decisions.forEach(store::giveBack);
					charges.forEach((charge) -> spent[limits.indexOf(charge.limit())] -= charge.permits());
				}
			}
			for (int i = 0; i < spent.length; i++) {
				assertThat(StoreFixture.remaining(store, limits.get(i), "caller")).as("seed %d, limit %d", seed, i)
					.isEqualTo(limits.get(i).capacity() - spent[i]);
			}
		}
	}

	private static List<Charge> someCharges(List<Limit> limits, Random random) {
		List<Limit> some = new ArrayList<>(limits);
		Collections.shuffle(some, random);
		return some.subList(0, 1 + random.nextInt(limits.size()))
			.stream()
			.map((limit) -> StoreFixture.charge(limit, "caller", random.nextInt(8)))
			.toList();
	}

}
