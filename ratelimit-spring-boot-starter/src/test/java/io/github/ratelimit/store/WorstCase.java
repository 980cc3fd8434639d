package io.github.ratelimit.store;

import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.registry.Handles;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * The most that a limit of one rate grants within a period to an adversary that changes
 * its pattern of calls again and again and keeps every gain.
 */
final class WorstCase {

	private final LimitStore store;

	private final ManualTime time;

	private final Limit limit;

	private final long resolution;

	private final long period;

	private int keys;

	WorstCase(StoreFixture fixture, Limit limit) {
		this.time = new ManualTime();
		this.store = fixture.createStore(this.time);
		this.limit = limit;
		this.resolution = fixture.resolution();
		this.period = limit.rates().get(0).period().toNanos();
	}

	/** The result: in less than a period, and from its first to its last moment. */
	record Found(int withinAPeriod, int fromEndToEnd) {
	}

	/**
	 * Searches.
	 * @param patterns how many patterns are tried
	 * @param seed of the adversary
	 */
	Found search(int patterns, long seed) {
		SplittableRandom random = new SplittableRandom(seed);
		int within = 0;
		int endToEnd = 0;
		ArrivalPattern kept = null;
		long keptScore = -1;
		for (int i = 0; i < patterns; i++) {
			boolean afresh = kept == null || i % (1 + patterns / 8) == 0;
			ArrivalPattern tried = afresh ? ArrivalPattern.random(random, this.period / this.resolution, permits())
					: kept.mutated(random, this.period / this.resolution, permits(), this.limit.segments());
			long[] grants = grants(tried);
			int inLess = ArrivalPattern.most(grants, this.period - this.resolution);
			int inAll = ArrivalPattern.most(grants, this.period);
			within = Math.max(within, inLess);
			endToEnd = Math.max(endToEnd, inAll);
			long score = 1_000L * inLess + inAll;
			if (afresh || score >= keptScore) {
				kept = tried;
				keptScore = score;
			}
		}
		return new Found(within, endToEnd);
	}

	private long permits() {
		return this.limit.rates().get(0).permits();
	}

	/** Each pattern meets a key of its own, at the beginning of a window. */
	private long[] grants(ArrivalPattern pattern) {
		long sinceEpoch = this.time.wallTime().getEpochSecond() * 1_000_000_000L + this.time.wallTime().getNano();
		this.time.advance(Duration.ofNanos(2 * this.period - sinceEpoch % this.period));
		String key = "adversary" + this.keys++;
		long[] grants = pattern.grants(this.store, this.time, this.limit, key, this.resolution);
		this.store.reset(Handles.of(this.limit), StoreFixture.charge(this.limit, key, 0).key().id());
		return grants;
	}

	/**
	 * Returns which part of the refill is granted to a caller that always asks for more:
	 * evenly and ten times as often as the rate, or whenever a permit is available.
	 */
	double steady(boolean evenly, int periods) {
		long permits = permits();
		long end = this.time.nanoTime() + periods * this.period;
		long granted = 0;
		while (this.time.nanoTime() < end) {
			ChargeDecision result = this.store.take(StoreFixture.charge(this.limit, "steady", 1));
			granted += result.isViolated() ? 0 : 1;
			long step = this.period / (10 * permits) / this.resolution * this.resolution;
			this.time.advance(Duration.ofNanos(evenly ? step : result.retryAfterNanos()));
		}
		return granted / ((double) periods * permits);
	}

}
