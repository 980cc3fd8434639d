package io.github.ratelimit.store.redis.bucket4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.BucketConfiguration;
import io.github.ratelimit.ManualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How long, and of how many buckets, configurations are remembered. */
class RecentConfigurationsTests {

	private static final BucketConfigurationEncoding TERMS = new BucketConfigurationEncoding(
			BucketConfiguration.builder()
				.addLimit((limit) -> limit.capacity(1).refillGreedy(1, Duration.ofSeconds(1)))
				.build());

	private final ManualTime time = new ManualTime();

	private final RecentConfigurations recent = new RecentConfigurations(this.time);

	@Test
	void areRememberedForAMinuteAndNoLongerThanTwo() {
		for (int second = 1; second < 60; second += 7) {
			this.time.advance(Duration.ofSeconds(second));
			this.recent.remember("key", TERMS);
			this.time.advance(Duration.ofMinutes(1));
			assertThat(this.recent.find("key")).isSameAs(TERMS);
			this.time.advance(Duration.ofMinutes(1));
			assertThat(this.recent.find("key")).isNull();
		}
	}

	@Test
	void areForgottenEventuallyEvenWithoutUse() {
		this.recent.remember("key", TERMS);
		this.time.advance(Duration.ofSeconds(119));
		assertThat(this.recent.find("key")).isSameAs(TERMS);
		this.time.advance(Duration.ofSeconds(2));
		assertThat(this.recent.find("key")).isNull();
	}

	@Test
	void areBounded() {
		for (int i = 0; i < 30_000; i++) {
			this.recent.remember("key" + i, TERMS);
		}
		int remembered = 0;
		for (int i = 0; i < 30_000; i++) {
			remembered += (this.recent.find("key" + i) != null) ? 1 : 0;
		}
		assertThat(remembered).isBetween(1, 20_000);
		assertThat(this.recent.find("key29999")).isSameAs(TERMS);
		this.recent.forget("key29999");
		assertThat(this.recent.find("key29999")).isNull();
	}

}
