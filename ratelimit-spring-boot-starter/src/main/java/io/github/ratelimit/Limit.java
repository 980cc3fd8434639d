package io.github.ratelimit;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A named limit: one or several rates, all of which apply, counted by an
 * {@link Algorithm}; or a number of concurrent calls. An immutable value: the store keeps
 * the counts under the limit's name and the caller's {@link Key}.
 * <p>
 * The rates are ordered by their periods, the shortest first, then by their permits.
 */
public final class Limit {

	/** The most characters that a name may have. */
	public static final int MAX_NAME_LENGTH = 128;

	/** The default number of segments of a sliding window. */
	public static final int DEFAULT_SEGMENTS = 20;

	/** The most segments of a sliding window. */
	public static final int MAX_SEGMENTS = 1000;

	/** The most permits of a rate that is counted by a log. */
	public static final long MAX_LOG_PERMITS = 10_000;

	/** The default number of calls that may wait for a limit in one process. */
	public static final int DEFAULT_MAX_WAITING = 100;

	/** The debt of a limit that forgives nothing. */
	public static final long UNBOUNDED_DEBT = Long.MAX_VALUE;

	private static final long MAX_EXACT = 1L << 53;

	private final String name;

	private final Algorithm algorithm;

	private final List<Rate> rates;

	private final long capacity;

	private final int segments;

	private final Duration maxWait;

	private final int maxWaiting;

	private final long maxDebt;

	private final @Nullable LimitUnit unit;

	private final boolean costed;

	Limit(LimitBuilder from, List<Rate> rates, long capacity) {
		this.name = from.name;
		this.algorithm = from.algorithm;
		this.rates = rates;
		this.capacity = capacity;
		this.segments = from.segments;
		this.maxWait = from.maxWait;
		this.maxWaiting = from.maxWaiting;
		this.maxDebt = (from.maxDebt != null) ? from.maxDebt : capacity;
		this.unit = from.unit;
		this.costed = from.costed;
	}

	/**
	 * Returns a limit of token buckets.
	 * @param name letters, digits, {@code -}, {@code _} and {@code .}, at most 128 of
	 * them, all ASCII
	 * @param rates the rates, at least one; the same one twice counts once
	 * @return the limit
	 * @throws IllegalArgumentException if the name or the number of rates is out of range
	 */
	public static Limit of(String name, List<Rate> rates) {
		return named(name).rates(rates).build();
	}

	/**
	 * Returns a limit of token buckets.
	 * @param name see {@link #of(String, List)}
	 * @param rates see {@link #of(String, List)}
	 * @return the limit
	 * @throws IllegalArgumentException if the name or the number of rates is out of range
	 */
	public static Limit of(String name, Rate... rates) {
		return of(name, List.of(rates));
	}

	/**
	 * Starts to build a limit of any kind.
	 * @param name see {@link #of(String, List)}
	 * @return a builder of the limit
	 */
	public static LimitBuilder named(String name) {
		return new LimitBuilder(name);
	}

	/**
	 * Returns this limit with other rates, as for another plan: everything else is the
	 * same, except that a debt that was bounded by the capacity is bounded by the new
	 * one.
	 * @param rates the rates, at least one
	 * @return the limit
	 * @throws IllegalArgumentException if this limit counts concurrent calls, or cannot
	 * count such rates
	 */
	public Limit withRates(List<Rate> rates) {
		if (isConcurrency()) {
			throw new IllegalArgumentException(
					"Limit '" + this.name + "' counts calls in flight. Give it another number of calls, not a rate.");
		}
		return builder().rates(rates).build();
	}

	/**
	 * Returns this limit with another number of concurrent calls, as for another plan.
	 * @param maxConcurrent how many calls at once, at least 1
	 * @return the limit
	 * @throws IllegalArgumentException if this limit has rates
	 */
	public Limit withMaxConcurrent(long maxConcurrent) {
		if (!isConcurrency()) {
			throw new IllegalArgumentException(
					"Limit '" + this.name + "' has rates. Give it another rate, not a number of calls in flight.");
		}
		return builder().maxConcurrent(maxConcurrent).build();
	}

	/**
	 * Returns whether a sliding window can divide the period of a rate exactly: its
	 * microseconds times the segments have to fit into 53 bits.
	 * @param rate the rate
	 * @param segments into how many segments
	 * @return whether the segments can be distinguished
	 */
	public static boolean canDivide(Rate rate, int segments) {
		return rate.period().toMillis() <= (MAX_EXACT / segments) / 1000;
	}

	private LimitBuilder builder() {
		LimitBuilder builder = named(this.name).algorithm(this.algorithm).segments(this.segments);
		builder.maxWait = this.maxWait;
		builder.maxWaiting = this.maxWaiting;
		builder.maxDebt = (this.maxDebt == this.capacity) ? null : this.maxDebt;
		builder.unit = this.unit;
		builder.costed = this.costed;
		return builder;
	}

	/**
	 * Returns the name, unique among the limits of an application.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

	/**
	 * Returns how the limit counts.
	 * @return the algorithm
	 */
	public Algorithm algorithm() {
		return this.algorithm;
	}

	/**
	 * Returns whether the limit counts concurrent calls, and has no rates.
	 * @return whether its algorithm is {@link Algorithm#CONCURRENCY}
	 */
	public boolean isConcurrency() {
		return this.algorithm == Algorithm.CONCURRENCY;
	}

	/**
	 * Returns the rates, the shortest period first.
	 * @return an unmodifiable list of at least one rate; empty only for a limit that
	 * {@linkplain #isConcurrency() counts concurrent calls}
	 */
	public List<Rate> rates() {
		return this.rates;
	}

	/**
	 * Returns the number of quotas of the limit, each with its own facts in a decision.
	 * @return the number of rates; 1 for a limit of concurrent calls
	 */
	public int quotas() {
		return Math.max(1, this.rates.size());
	}

	/**
	 * Returns the most permits that one quota can have.
	 * @param index the index of the rate in {@link #rates()}, 0 for a limit of concurrent
	 * calls
	 * @return the burst of the rate, or the number of calls at once
	 */
	public long quota(int index) {
		Objects.checkIndex(index, quotas());
		return this.rates.isEmpty() ? this.capacity : this.rates.get(index).burst();
	}

	/**
	 * Returns the most permits that one call can get: the smallest burst of the rates, or
	 * the number of concurrent calls.
	 * @return the capacity in permits, at least 1
	 */
	public long capacity() {
		return this.capacity;
	}

	/**
	 * Returns into how many segments a {@linkplain Algorithm#SLIDING_WINDOW sliding
	 * window} divides its period.
	 * @return segments, at least 1; without meaning for other algorithms
	 */
	public int segments() {
		return this.segments;
	}

	/**
	 * Returns whether calls wait for scheduled permits instead of being refused at once.
	 * @return whether there is a {@link #maxWait()}
	 */
	public boolean isPaced() {
		return !this.maxWait.isZero();
	}

	/**
	 * Returns how long a call may wait for a scheduled permit. A limit with a longest
	 * wait paces calls: they are admitted at even intervals, whatever has been saved up.
	 * @return the longest wait, zero if calls do not wait
	 */
	public Duration maxWait() {
		return this.maxWait;
	}

	/**
	 * Returns how many calls of this process may wait for the limit at a time.
	 * @return calls, at least 1; without meaning where calls do not wait
	 */
	public int maxWaiting() {
		return this.maxWaiting;
	}

	/**
	 * Returns the maximum debt: how many permits below zero are kept when calls cost more
	 * than was reserved. Permits beyond it are forgiven.
	 * @return permits, 0 or more, {@link #UNBOUNDED_DEBT} if nothing is forgiven
	 */
	public long maxDebt() {
		return this.maxDebt;
	}

	/**
	 * Returns what a permit represents for callers.
	 * @return the unit, null if none was set
	 */
	public @Nullable LimitUnit unit() {
		return this.unit;
	}

	/**
	 * Returns whether calls pay by their cost, and so are settled when it is known;
	 * otherwise each counts as one call.
	 * @return whether the limit has a cost
	 */
	public boolean hasCost() {
		return this.costed;
	}

	@Override
	public boolean equals(Object other) {
		return this == other || (other instanceof Limit that && this.name.equals(that.name)
				&& this.algorithm == that.algorithm && this.rates.equals(that.rates) && this.capacity == that.capacity
				&& this.segments == that.segments && this.maxWait.equals(that.maxWait)
				&& this.maxWaiting == that.maxWaiting && this.maxDebt == that.maxDebt && this.unit == that.unit
				&& this.costed == that.costed);
	}

	@Override
	public int hashCode() {
		return 31 * this.name.hashCode() + Long.hashCode(this.capacity);
	}

	@Override
	public String toString() {
		return this.name + " " + (isConcurrency() ? this.capacity + " at once" : this.rates.toString());
	}

}
