package io.github.ratelimit.test.provider.dialect;

import io.github.ratelimit.test.provider.limits.LimitState;
import io.github.ratelimit.test.provider.limits.LimitedUnit;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What an answer can report about the limits.
 *
 * @param now the time of day
 * @param model the model that the request asked for
 * @param limits the limits after the request was charged, in the order in which they were
 * configured
 * @param chargedTokens how many tokens the request was charged, 0 if it was refused
 */
public record ProviderReport(Instant now, String model, List<LimitState> limits, long chargedTokens) {

	/** The order of windows. */
	private static final Comparator<LimitState> BY_WINDOW = Comparator.comparing((state) -> state.limit().window());

	/** Creates a report. */
	public ProviderReport {
		limits = List.copyOf(limits);
	}

	/**
	 * Returns the limits of a unit.
	 * @param unit the unit
	 * @return the states, in order
	 */
	Stream<LimitState> limits(LimitedUnit unit) {
		return this.limits.stream().filter((state) -> state.limit().unit() == unit);
	}

	/** Returns the first limit of a unit. */
	Optional<LimitState> first(LimitedUnit unit) {
		return limits(unit).findFirst();
	}

	/** Returns the limit of a unit with the shortest window. */
	Optional<LimitState> shortest(LimitedUnit unit) {
		return limits(unit).min(BY_WINDOW);
	}

	/** Returns the limit of a unit with a certain window. */
	Optional<LimitState> with(LimitedUnit unit, Duration window) {
		return limits(unit).filter((state) -> state.limit().window().equals(window)).findFirst();
	}

	/** Returns the limit that is nearest to a refusal, by the share that remains. */
	Optional<LimitState> nearest() {
		return this.limits.stream()
			.min(Comparator.comparingDouble((state) -> state.available() / state.limit().permits()));
	}

}
