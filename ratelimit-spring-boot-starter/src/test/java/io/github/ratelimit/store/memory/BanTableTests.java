package io.github.ratelimit.store.memory;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Bans are bounded, and none ends before its time. */
@Tag("version-independent")
class BanTableTests {

	private static final int MOST = 8;

	private static final Limit BAN = Limit.of("login..ban", Rate.parse("1/10s"));

	private final ManualTime time = new ManualTime();

	private final MemoryStore store = new MemoryStore(this.time, MOST);

	@Test
	void bansAreThoseOfAPlainModel() {
		long seed = System.nanoTime();
		SplittableRandom random = new SplittableRandom(seed);
		Map<String, Long> ends = new HashMap<>();
		int refused = 0;
		int begun = 0;
		for (int step = 0; step < 20_000; step++) {
			this.time.advance(Duration.ofNanos(100_000_000 + random.nextLong(1_500_000_000)));
			long now = this.time.nanoTime();
			ends.values().removeIf((end) -> end - now <= 0);
			String name = "key" + random.nextInt(3 * MOST);
			Charge charge = new Charge(Handles.of(BAN), Key.of(name), 1);
			Long end = ends.get(name);
			if (random.nextInt(50) == 0) {
				this.store.reset(Handles.of(BAN), charge.key().id());
				ends.remove(name);
				continue;
			}
			ChargeDecision said = this.store.take(charge);
			String where = "seed " + seed + ", step " + step;
			if (end != null) {
				assertThat(said.retryAfterNanos()).as(where).isEqualTo(end - now);
				assertThat(said.hasFacts()).as(where).isTrue();
			}
			else if (ends.size() < MOST) {
				assertThat(said.isViolated()).as(where).isFalse();
				ends.put(name, now + Duration.ofSeconds(10).toNanos());
				begun++;
			}
			else {
				assertThat(said.isUnavailable()).as(where).isTrue();
				refused++;
			}
			assertThat(this.store.trackedKeys(Handles.of(BAN))).as(where).isLessThanOrEqualTo(MOST);
		}
		assertThat(begun).isGreaterThan(1_000);
		assertThat(refused).isGreaterThan(100);
		assertThat(this.store.forgottenPermits(Handles.of(BAN))).isZero();
	}

	@Test
	void ofBansThatBeginTogetherThereAreAsManyAsThereIsRoom() throws Exception {
		AtomicInteger begun = new AtomicInteger();
		TestThreads.run(8, (thread) -> {
			for (int i = 0; i < 100; i++) {
				if (!this.store.take(new Charge(Handles.of(BAN), Key.of(thread + "-" + i), 1)).isViolated()) {
					begun.incrementAndGet();
				}
			}
		});
		assertThat(begun).hasValue(MOST);
		this.time.advance(Duration.ofSeconds(10));
		assertThat(this.store.take(new Charge(Handles.of(BAN), Key.of("later"), 1)).isViolated()).isFalse();
	}

}
