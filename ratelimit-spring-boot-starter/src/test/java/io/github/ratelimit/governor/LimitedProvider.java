package io.github.ratelimit.governor;

import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.ProviderSnapshot;
import io.github.ratelimit.provider.dialect.Quota;
import io.github.ratelimit.provider.dialect.Refill;
import io.github.ratelimit.provider.dialect.Throttle;
import io.github.ratelimit.provider.dialect.Throttle.Kind;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A provider with limits of requests and tokens a minute, which it reports. */
final class LimitedProvider {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private static final double NANOS = MINUTE.toNanos();

	private final Refill refill;

	private boolean showsResets = true;

	private double scale = 1;

	private final double[] left = { 500, 500_000 };

	private double offered = 500_000;

	private double charged;

	private long attempts;

	private long refused;

	private long at;

	LimitedProvider(Refill refill) {
		this.refill = refill;
	}

	/** Reports do not show when a window ends. */
	LimitedProvider withoutResets() {
		this.showsResets = false;
		return this;
	}

	void scaleTo(double scale, long now) {
		advance(now);
		this.scale = scale;
		refill(0);
	}

	private void advance(long now) {
		double windows = (this.refill == Refill.CONTINUOUS) ? (now - this.at) / NANOS
				: Math.floor(now / NANOS) - Math.floor(this.at / NANOS);
		this.offered += windows * this.scale * 500_000;
		refill(windows);
		this.at = now;
	}

	private void refill(double windows) {
		this.left[0] = Math.min(500 * this.scale, this.left[0] + windows * this.scale * 500);
		this.left[1] = Math.min(500_000 * this.scale, this.left[1] + windows * this.scale * 500_000);
	}

	/** Admits or refuses a request and reports what is left. */
	ProviderSnapshot receive(long tokens, long now) {
		advance(now);
		this.attempts++;
		boolean admitted = this.left[0] >= 1 && this.left[1] >= tokens;
		Throttle throttle = null;
		if (admitted) {
			this.left[0] -= 1;
			this.left[1] -= tokens;
			this.charged += tokens;
		}
		else {
			this.refused++;
			throttle = new Throttle(Kind.RATE_LIMITED, Duration.ofSeconds(1), null, "rate_limit_exceeded");
		}
		return new ProviderSnapshot(List.of(quota(Dimension.REQUESTS, 0, now), quota(Dimension.TOKENS, 1, now)),
				throttle, 0);
	}

	private Quota quota(Dimension dimension, int index, long now) {
		@Nullable Duration untilFull = (this.refill == Refill.CONTINUOUS || !this.showsResets) ? null
				: Duration.ofNanos((long) NANOS - now % (long) NANOS);
		return new Quota(dimension, Math.round(((index == 0) ? 500 : 500_000) * this.scale), (long) this.left[index],
				untilFull, MINUTE, this.refill);
	}

	/** Returns the used part of what was offered until a time. */
	double used(long now) {
		advance(now);
		return this.charged / this.offered;
	}

	double throttled() {
		return (double) this.refused / this.attempts;
	}

}
