package io.github.ratelimit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.registry.Handles;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A limit in shadow mode counts and reports its decisions, and stops no call. */
public interface ShadowContract extends StoreFixture {

	@ParameterizedTest
	@EnumSource(Algorithm.class)
	default void aLimitInShadowModeStopsNoCall(Algorithm algorithm) {
		LimitStore store = createStore(new ManualTime());
		Limit wide = StoreFixture.limit("wide", "100/min");
		Limit tried = StoreFixture.limit("tried", algorithm, "2/min");
		List<Charge> charges = List.of(StoreFixture.charge(wide, "caller", 1),
				StoreFixture.charge(tried, "caller", 1).asDryRun());
		for (int call = 0; call < 5; call++) {
			List<ChargeDecision> results = store.takeAll(charges);
			assertThat(results).extracting(ChargeDecision::isRefused).containsExactly(false, false);
			assertThat(results).extracting(ChargeDecision::isViolated).containsExactly(false, call >= 2);
			assertThat(results).extracting(ChargeDecision::remaining)
				.containsExactly(99L - call, Math.max(0, 1L - call));
			assertThat(results.get(1).retryAfterNanos() > 0).isEqualTo(call >= 2);
		}
		assertThat(store.take(charges.get(1)).isRefused()).isFalse();
		KeyState caller = store.find(Handles.of(tried), charges.get(1).key()).orElseThrow();
		assertThat(caller.denied()).isEqualTo(4);
		assertThat(caller.allowed()).isEqualTo(2);
	}

	@ParameterizedTest
	@EnumSource(Algorithm.class)
	default void aLimitThatIsTriedOutIsNotChargedWhereAnotherRefuses(Algorithm algorithm) {
		LimitStore store = createStore(new ManualTime());
		Limit one = StoreFixture.limit("one", "1/min");
		Limit tried = StoreFixture.limit("tried", algorithm, "5/min");
		List<Charge> charges = List.of(StoreFixture.charge(tried, "caller", 1).asDryRun(),
				StoreFixture.charge(one, "caller", 1));
		for (int call = 0; call < 3; call++) {
			List<ChargeDecision> results = store.takeAll(charges);
			assertThat(results).extracting(ChargeDecision::isViolated).containsExactly(false, call > 0);
		}
		assertThat(StoreFixture.remaining(store, tried, "caller")).isEqualTo(4);
	}

}
