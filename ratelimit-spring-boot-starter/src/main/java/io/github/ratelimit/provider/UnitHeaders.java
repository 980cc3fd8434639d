package io.github.ratelimit.provider;

import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.LimitUnit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The headers about the limits of one unit.
 *
 * @param unit the unit
 * @param limit the header for the capacity
 * @param remaining the header for the permits that are left
 * @param reset the header for the time at which all are available again
 */
record UnitHeaders(LimitUnit unit, String limit, String remaining, String reset) {

	static List<String> names(UnitHeaders one, UnitHeaders other, @Nullable String further) {
		List<String> names = new ArrayList<>(
				List.of(one.limit, one.remaining, one.reset, other.limit, other.remaining, other.reset));
		if (further != null) {
			names.add(further);
		}
		return List.copyOf(names);
	}

	/** Writes the headers if a limit has the unit. */
	void write(List<LimitDecision> limits, HeaderStyle.Headers headers, Function<Duration, String> resetText) {
		LimitDecision nearest = NearestRate.of(limits, this.unit);
		if (nearest == null) {
			return;
		}
		int rate = NearestRate.scarcest(nearest);
		headers.set(this.limit, Long.toString(nearest.limit().quota(rate)));
		headers.set(this.remaining, Long.toString(nearest.remaining(rate)));
		headers.set(this.reset, resetText.apply(nearest.resetAfter(rate)));
	}

}
