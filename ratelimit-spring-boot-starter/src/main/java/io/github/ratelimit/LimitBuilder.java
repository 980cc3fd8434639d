package io.github.ratelimit;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link Limit} that can be counted. Not thread-safe.
 */
public final class LimitBuilder {

	private static final Comparator<Rate> BY_PERIOD = Comparator.comparing(Rate::period)
		.thenComparingLong(Rate::permits)
		.thenComparingLong(Rate::burst);

	final String name;

	Algorithm algorithm = Algorithm.TOKEN_BUCKET;

	private List<Rate> rates = List.of();

	private long maxConcurrent;

	int segments = Limit.DEFAULT_SEGMENTS;

	Duration maxWait = Duration.ZERO;

	int maxWaiting = Limit.DEFAULT_MAX_WAITING;

	@Nullable Long maxDebt;

	@Nullable LimitUnit unit;

	boolean costed;

	LimitBuilder(String name) {
		checkName(name);
		this.name = name;
	}

	private static void checkName(String name) {
		Objects.requireNonNull(name, "name");
		boolean valid = !name.isEmpty() && name.length() <= Limit.MAX_NAME_LENGTH
				&& name.chars().allMatch(LimitBuilder::isNameCharacter);
		if (!valid) {
			throw new IllegalArgumentException("'" + name + "' cannot name a limit. Use 1 to " + Limit.MAX_NAME_LENGTH
					+ " letters (a-z, A-Z), digits, '-', '_' or '.'.");
		}
	}

	private static boolean isNameCharacter(int c) {
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'
				|| c == '.';
	}

	/**
	 * Sets the rates, all of which apply.
	 * @param rates at least one; the same one twice counts once
	 * @return this builder
	 */
	public LimitBuilder rates(List<Rate> rates) {
		this.rates = rates.stream().distinct().sorted(BY_PERIOD).toList();
		return this;
	}

	/**
	 * Sets the rates, all of which apply.
	 * @param rates at least one; the same one twice counts once
	 * @return this builder
	 */
	public LimitBuilder rates(Rate... rates) {
		return rates(List.of(rates));
	}

	/**
	 * Counts concurrent calls instead of calls in a period.
	 * @param calls how many at once, from 1 to {@link Rate#MAX_PERMITS}
	 * @return this builder
	 */
	public LimitBuilder maxConcurrent(long calls) {
		if (calls < 1 || calls > Rate.MAX_PERMITS) {
			throw refused("allows " + calls + " calls at once", "Write a number from 1 to " + Rate.MAX_PERMITS + ".");
		}
		this.maxConcurrent = calls;
		this.algorithm = Algorithm.CONCURRENCY;
		return this;
	}

	/**
	 * Sets how to count; {@link Algorithm#TOKEN_BUCKET} by default.
	 * @param algorithm the algorithm
	 * @return this builder
	 */
	public LimitBuilder algorithm(Algorithm algorithm) {
		this.algorithm = algorithm;
		return this;
	}

	/**
	 * Sets into how many segments a sliding window divides its period.
	 * @param segments from 1 to {@link Limit#MAX_SEGMENTS}
	 * @return this builder
	 */
	public LimitBuilder segments(int segments) {
		if (segments < 1 || segments > Limit.MAX_SEGMENTS) {
			throw refused("has " + segments + " segments", "Write a number from 1 to " + Limit.MAX_SEGMENTS + ".");
		}
		this.segments = segments;
		return this;
	}

	/**
	 * Lets calls wait for scheduled permits, and so paces them.
	 * @param longest the longest wait, positive
	 * @param waiting how many calls of this process may wait at a time, at least 1
	 * @return this builder
	 */
	public LimitBuilder maxWait(Duration longest, int waiting) {
		if (longest.isNegative() || longest.isZero() || longest.compareTo(Rate.MAX_TIME_TO_FULL) > 0) {
			throw refused("has a longest wait of " + longest, "Write a positive duration, for example 2s.");
		}
		if (waiting < 1) {
			throw refused("lets " + waiting + " calls wait", "Let at least one wait, or remove the longest wait.");
		}
		this.maxWait = longest;
		this.maxWaiting = waiting;
		return this;
	}

	/**
	 * Sets the maximum debt, in permits; the capacity by default.
	 * @param permits 0 or more, {@link Limit#UNBOUNDED_DEBT} to forgive nothing
	 * @return this builder
	 */
	public LimitBuilder maxDebt(long permits) {
		if (permits < 0) {
			throw refused("remembers a debt of " + permits + " permits", "Write 0 or more.");
		}
		this.maxDebt = permits;
		return this;
	}

	/**
	 * Sets what a permit represents for callers.
	 * @param unit the unit, null if it is neither
	 * @return this builder
	 */
	public LimitBuilder unit(@Nullable LimitUnit unit) {
		this.unit = unit;
		return this;
	}

	/**
	 * Sets whether calls pay by their cost.
	 * @param costed whether the limit has a cost
	 * @return this builder
	 */
	public LimitBuilder costed(boolean costed) {
		this.costed = costed;
		return this;
	}

	/**
	 * Builds the limit.
	 * @return the limit
	 * @throws IllegalArgumentException if it cannot be counted, saying why and what to
	 * write instead
	 */
	public Limit build() {
		if (this.algorithm == Algorithm.CONCURRENCY) {
			checkConcurrency();
			return new Limit(this, List.of(), this.maxConcurrent);
		}
		if (this.maxConcurrent > 0) {
			throw refused("has both a number of calls at once and an algorithm for rates", "Make two limits of it.");
		}
		if (this.rates.isEmpty()) {
			throw refused("has no rate", "Give it at least one, such as 10/min.");
		}
		if (this.rates.size() > 1 && !this.maxWait.isZero()) {
			throw refused("has the rates " + this.rates + " and a longest wait",
					"Keep the slowest of them: queued calls are admitted by that one.");
		}
		this.rates.forEach(this::check);
		return new Limit(this, this.rates, this.rates.stream().mapToLong(Rate::burst).min().orElseThrow());
	}

	private void checkConcurrency() {
		if (!this.rates.isEmpty()) {
			throw refused("has both rates and a number of calls at once", "Make two limits of it.");
		}
		if (this.maxConcurrent == 0) {
			throw refused("has no number of calls at once", "Give it one, such as 10.");
		}
		if (!this.maxWait.isZero()) {
			throw refused("lets calls wait for one of " + this.maxConcurrent + " slots, which cannot be predicted",
					"Remove the longest wait: only rates can be waited for.");
		}
	}

	private void check(Rate rate) {
		boolean bucket = this.algorithm == Algorithm.TOKEN_BUCKET;
		if (!bucket && !this.maxWait.isZero()) {
			throw refused("lets calls wait, and is a " + this.algorithm,
					"Remove the longest wait, or the algorithm: a token bucket paces calls evenly.");
		}
		if (rate.burst() != rate.permits() && !(bucket && this.maxWait.isZero())) {
			throw refused("has the rate " + rate + (bucket ? " and a longest wait" : " and is a " + this.algorithm),
					bucket ? "Leave the burst out: queued calls are admitted evenly."
							: "Leave the burst out: only a token bucket saves permits up.");
		}
		if (this.algorithm == Algorithm.SLIDING_WINDOW && !Limit.canDivide(rate, this.segments)) {
			throw refused("has the rate " + rate + " and " + this.segments + " segments, too many to distinguish in it",
					"Write fewer segments.");
		}
		if (this.algorithm == Algorithm.SLIDING_WINDOW_LOG && rate.permits() > Limit.MAX_LOG_PERMITS) {
			throw refused("has the rate " + rate + " and remembers every call",
					"Write at most " + Limit.MAX_LOG_PERMITS + " permits, or the algorithm sliding-window.");
		}
	}

	private IllegalArgumentException refused(String problem, String remedy) {
		return new IllegalArgumentException("Limit '" + this.name + "' " + problem + ". " + remedy);
	}

}
