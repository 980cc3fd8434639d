package io.github.ratelimit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.registry.Handles;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Allowed and refused calls report the same time until there is more quota. */
public interface MoreQuotaContract extends StoreFixture {

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CONCURRENCY")
	default void thereIsMoreQuotaAtTheStatedTime(Algorithm algorithm) {
		long seed = System.nanoTime();
		SplittableRandom random = new SplittableRandom(seed);
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		Limit limit = StoreFixture.limit("more", algorithm, "7/15min");
		int refusals = 0;
		for (int round = 0; round < 300; round++) {
			ChargeDecision decision = store.take(StoreFixture.charge(limit, "caller", 1));
			Duration more = decision.moreAfter(0);
			assertThat(more).as("seed %d: %s", seed, decision).isNotNull();
			if (decision.isViolated()) {
				refusals++;
				assertThat(more).as("seed %d: %s", seed, decision)
					.isBetween(decision.retryAfter().minusNanos(1_000), decision.retryAfter());
			}
			if (random.nextInt(8) == 0) {
				time.advance(more.minusNanos(2_000));
				long before = remaining(store, limit);
				assertThat(before).as("seed %d: %s", seed, decision).isEqualTo(decision.remaining());
				time.advance(Duration.ofNanos(4_000));
				assertThat(remaining(store, limit)).as("seed %d: %s", seed, decision).isGreaterThan(before);
			}
			else {
				time.advance(Duration.ofMillis(random.nextLong(20_000)));
			}
		}
		assertThat(refusals).isPositive();
	}

	@Test
	default void theLastAllowedCallAndTheRefusalAfterItSayTheSame() {
		LimitStore store = createStore(new ManualTime());
		Limit limit = StoreFixture.limit("login", "5/15min");
		ChargeDecision last = StoreFixture.taken(store, limit, "caller", 5);
		assertThat(last.moreAfter(0)).isEqualTo(Duration.ofMinutes(3));
		ChargeDecision refused = store.take(StoreFixture.charge(limit, "caller", 1));
		assertThat(refused.retryAfter()).isEqualTo(Duration.ofMinutes(3));
		assertThat(refused.moreAfter(0)).isEqualTo(Duration.ofMinutes(3));
	}

	private static long remaining(LimitStore store, Limit limit) {
		return store.take(Charge.peek(Handles.of(limit), Key.of("caller"), 1)).remaining();
	}

}
