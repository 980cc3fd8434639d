package io.github.ratelimit.store.redis.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Limit;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.Rate;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RedisLimitsTests {

	private final LimitRegistry registry = new LimitRegistry();

	private final RedisLimits limits = new RedisLimits(new RedisKeyNames("ratelimit"), Duration.ofSeconds(30), 1_000,
			OnStoreFailure.SHARE);

	@Test
	void policiesOfLimitsWithoutCallsAreDescribed() {
		register("chat", OnStoreFailure.DENY);
		register("everyone", null);
		register("mail", OnStoreFailure.SHARE);
		assertThat(this.limits.describeFailurePolicies()).isEqualTo("share");
		this.limits.configured(this.registry::all);
		assertThat(this.limits.describeFailurePolicies()).isEqualTo("share, but chat deny");
	}

	@Test
	void aPolicyThatChangesIsDescribedAsItIsNow() {
		register("chat", null);
		this.limits.of(this.registry.get("chat").handle());
		assertThat(this.limits.describeFailurePolicies()).isEqualTo("share");
		this.registry.get("chat").change((settings) -> settings.withOnStoreFailure(OnStoreFailure.ALLOW));
		assertThat(this.limits.describeFailurePolicies()).isEqualTo("share, but chat allow");
	}

	private void register(String name, OnStoreFailure policy) {
		this.registry.register(LimitSettings.of(Limit.of(name, Rate.parse("1/s"))).withOnStoreFailure(policy),
				List.of());
	}

}
