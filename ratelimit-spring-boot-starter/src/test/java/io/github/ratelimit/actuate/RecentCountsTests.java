package io.github.ratelimit.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.limiter.StoreRateLimiter;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.store.memory.MemoryStore;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The counts of the last five minutes. */
class RecentCountsTests {

	private final LimitRegistry registry = new LimitRegistry();

	private final ManualTime time = new ManualTime();

	private final StoreRateLimiter limiter = StoreRateLimiter.create(this.registry, new MemoryStore(this.time, 10),
			new KillSwitch(true), new LimiterFailures(this.time));

	private final RecentCounts recent = new RecentCounts(this.registry);

	@Test
	void eachFiveSecondsAreCountedOnTheirOwn() {
		this.registry.register(Limit.of("chat", Rate.parse("10/d")), List.of());
		call("chat", 4);
		this.recent.fiveSecondsPassed();
		this.recent.fiveSecondsPassed();
		call("chat", 8);
		this.recent.fiveSecondsPassed();

		assertThat(of("chat").allowed()).containsExactly(4, 0, 6);
		assertThat(of("chat").denied()).containsExactly(0, 0, 2);
		assertThat(this.recent.history().seconds()).isEqualTo(5);
	}

	@Test
	void refusalsOfALimitInTheShadowCountAsRefusals() {
		this.registry.register(LimitSettings.of(Limit.of("chat", Rate.parse("2/d"))).withMode(LimitMode.SHADOW),
				List.of());
		call("chat", 5);
		this.recent.fiveSecondsPassed();

		assertThat(of("chat").allowed()).containsExactly(2);
		assertThat(of("chat").denied()).containsExactly(3);
	}

	@Test
	void theLastFiveMinutesAreKept() {
		this.registry.register(Limit.of("chat", Rate.parse("100000/d")), List.of());
		for (int i = 1; i <= 200; i++) {
			call("chat", i);
			this.recent.fiveSecondsPassed();

			int[] allowed = of("chat").allowed();
			assertThat(allowed).hasSize(Math.min(i, 60));
			assertThat(allowed[allowed.length - 1]).isEqualTo(i);
			assertThat(Arrays.stream(allowed).sum()).isEqualTo((i * (i + 1) - past(i) * (past(i) + 1)) / 2);
		}
	}

	private static int past(int i) {
		return Math.max(0, i - 60);
	}

	@Test
	void aLimitThatComesLaterIsCountedFromThenOn() {
		this.recent.fiveSecondsPassed();
		this.registry.register(Limit.of("late", Rate.parse("10/d")), List.of());
		call("late", 1);
		this.recent.fiveSecondsPassed();

		assertThat(of("late").allowed()).containsExactly(1);
	}

	private void call(String limit, int times) {
		for (int i = 0; i < times; i++) {
			this.limiter.tryAcquire(limit, Key.GLOBAL_KIND, 1);
		}
	}

	private RecentCounts.LimitHistory of(String limit) {
		RecentCounts.LimitHistory history = this.recent.history().limits().get(limit);
		assertThat(history).isNotNull();
		return history;
	}

}
