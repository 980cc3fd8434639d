package io.github.ratelimit.store;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Limit;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * What one key has of a limit whose permits change, and its period does not: plainly, by
 * all calls that were granted, each with the permits that the limit had then.
 */
final class ChangedLimitModel {

	/** A multiple of all permits that the limit has. */
	private static final long WHOLE = 600;

	private final Algorithm algorithm;

	private final long periodMicros;

	private final List<Call> calls = new ArrayList<>();

	/** Of a token bucket: the part that is there, and the time of that. */
	private double level = 1;

	private long levelAt;

	ChangedLimitModel(Algorithm algorithm, long periodMicros, long now) {
		this.algorithm = algorithm;
		this.periodMicros = periodMicros;
		this.levelAt = now;
	}

	void take(Limit limit, long permits, long now) {
		if (WHOLE % limit.capacity() != 0) {
			throw new IllegalArgumentException(limit + " does not divide " + WHOLE);
		}
		this.level = level(now) - (double) permits / limit.capacity();
		this.levelAt = now;
		this.calls.add(new Call(now, permits, permits * (WHOLE / limit.capacity())));
	}

	private double level(long now) {
		return Math.min(1, this.level + (double) (now - this.levelAt) / this.periodMicros);
	}

	/** Returns the permits that a limit has, before they are rounded down. */
	double exact(Limit limit, long now) {
		return (this.algorithm == Algorithm.TOKEN_BUCKET) ? level(now) * limit.capacity() : remaining(limit, now);
	}

	/** Returns the permits that a limit has, negative if more are used. */
	long remaining(Limit limit, long now) {
		long permits = limit.capacity();
		return switch (this.algorithm) {
			case FIXED_WINDOW -> mixed(permits, (time) -> window(time) == window(now));
			case SLIDING_WINDOW ->
				mixed(permits, (time) -> segment(limit, now) - segment(limit, time) <= limit.segments());
			case SLIDING_WINDOW_COUNTER -> weighted(permits, now);
			case SLIDING_WINDOW_LOG -> permits - taken((time) -> now - time < this.periodMicros);
			default -> throw new IllegalArgumentException(this.algorithm + " has no whole permits");
		};
	}

	private long mixed(long permits, LongPredicate counts) {
		return Math.max(Math.floorDiv(permits * (WHOLE - share(counts)), WHOLE), permits - taken(counts));
	}

	private long taken(LongPredicate counts) {
		return this.calls.stream().filter((call) -> counts.test(call.micros())).mapToLong(Call::permits).sum();
	}

	private long share(LongPredicate counts) {
		return this.calls.stream().filter((call) -> counts.test(call.micros())).mapToLong(Call::share).sum();
	}

	private long weighted(long permits, long now) {
		LongPredicate before = (time) -> window(time) == window(now) - 1;
		LongPredicate current = (time) -> window(time) == window(now);
		BigInteger left = big(this.periodMicros - now % this.periodMicros);
		BigInteger period = big(this.periodMicros);
		BigInteger share = big(share(before)).multiply(left).add(big(share(current)).multiply(period));
		BigInteger taken = big(taken(before)).multiply(left).add(big(taken(current)).multiply(period));
		BigInteger byShare = floor(big(permits).multiply(big(WHOLE).multiply(period).subtract(share)),
				big(WHOLE).multiply(period));
		BigInteger byTaken = floor(big(permits).multiply(period).subtract(taken), period);
		return byShare.max(byTaken).longValueExact();
	}

	private static BigInteger floor(BigInteger dividend, BigInteger divisor) {
		return dividend.subtract(dividend.mod(divisor)).divide(divisor);
	}

	private static BigInteger big(long number) {
		return BigInteger.valueOf(number);
	}

	private long window(long micros) {
		return Math.floorDiv(micros, this.periodMicros);
	}

	private long segment(Limit limit, long micros) {
		return window(micros) * limit.segments() + micros % this.periodMicros * limit.segments() / this.periodMicros;
	}

	/**
	 * A call that was granted.
	 *
	 * @param micros when
	 * @param permits how many permits it took
	 * @param share what part of the permits that there were, as a part of {@link #WHOLE}
	 */
	private record Call(long micros, long permits, long share) {
	}

}
