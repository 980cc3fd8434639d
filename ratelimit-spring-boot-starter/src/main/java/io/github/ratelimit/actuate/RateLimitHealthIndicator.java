package io.github.ratelimit.actuate;

import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.LimitStore;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * {@link HealthIndicator} that shows whether the store of the limits answers. It reads
 * the status of the store and makes no call to Redis, so it takes no time. A store that
 * fails is {@code UNKNOWN}, not {@code DOWN}: the application continues, and its limits
 * follow their failure policy.
 */
public class RateLimitHealthIndicator extends AbstractHealthIndicator {

	private static final String UP = "up";

	private final LimitStore store;

	private final LimitRegistry limits;

	private final OnStoreFailure onStoreFailure;

	/**
	 * Creates the indicator.
	 * @param store where permits are kept
	 * @param limits the limits
	 * @param onStoreFailure what limits do while the store fails that have no setting of
	 * their own
	 */
	public RateLimitHealthIndicator(LimitStore store, LimitRegistry limits, OnStoreFailure onStoreFailure) {
		super("The store of the limits could not be asked how it does");
		this.store = store;
		this.limits = limits;
		this.onStoreFailure = onStoreFailure;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		String status = this.store.status();
		builder.withDetail("store", this.store.type()).withDetail("status", status);
		if (status.equals(UP)) {
			builder.up();
		}
		else {
			builder.unknown().withDetail("limits", whatLimitsDo());
		}
	}

	private Map<String, String> whatLimitsDo() {
		Map<String, String> limits = new LinkedHashMap<>();
		for (RegisteredLimit registered : this.limits.all()) {
			OnStoreFailure own = registered.settings().onStoreFailure();
			OnStoreFailure policy = (own != null) ? own : this.onStoreFailure;
			limits.put(registered.name(), policy.name().toLowerCase(Locale.ROOT));
		}
		return limits;
	}

}
