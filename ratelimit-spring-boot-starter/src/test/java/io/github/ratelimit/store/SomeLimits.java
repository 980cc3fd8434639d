package io.github.ratelimit.store;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitBuilder;
import io.github.ratelimit.Rate;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** Limits of every kind, drawn at random. */
final class SomeLimits {

	/** Rates of buckets, among them such as only some stores can count. */
	static final List<String> BUCKETS = List.of("7/3s", "1/500ms", "1000003/h", "5/15min burst 2",
			"5/s, 60/min burst 90", "3/s burst 1, 10/min, 100/h burst 250", "1/d burst 3", "10/ms burst 1000000",
			"900000000000000/365d", "1000000/ms", "1/ms, 999/s burst 3", "2/7ms burst 9, 3/11ms burst 4");

	private static final List<String> PACED = List.of("7/3s", "1/500ms", "1000003/h", "10/min", "3/7ms", "1/d");

	private static final List<String> WINDOWS = List.of("7/3s", "1/500ms", "1000003/h", "10/min", "5/s, 60/min",
			"3/s, 10/min, 100/h", "3/7ms, 4/11ms", "2/d", "1/ms", "900000000000/30d");

	private static final List<String> LOGS = List.of("7/3s", "1/500ms", "10/min", "5/s, 60/min", "3/s, 10/min, 100/h",
			"3/7ms, 4/11ms", "2/d", "1/ms", "10000/h");

	private final SplittableRandom random;

	SomeLimits(SplittableRandom random) {
		this.random = random;
	}

	Limit bucket(String name) {
		return StoreFixture.limit(name, pick(BUCKETS));
	}

	Limit of(String name, Algorithm algorithm) {
		LimitBuilder builder = Limit.named(name).costed(true);
		if (algorithm == Algorithm.CONCURRENCY) {
			return builder.maxConcurrent(1 + this.random.nextInt(12)).build();
		}
		switch (this.random.nextInt(4)) {
			case 0 -> builder.maxDebt(this.random.nextLong(5));
			case 1 -> builder.maxDebt(Limit.UNBOUNDED_DEBT);
			case 2 -> builder.maxDebt(1_000);
			default -> {
			}
		}
		builder.algorithm(algorithm);
		return switch (algorithm) {
			case TOKEN_BUCKET ->
				(this.random.nextInt(3) > 0) ? builder.rates(Rate.parseAll(pick(BUCKETS))).build() : paced(builder);
			case SLIDING_WINDOW ->
				builder.rates(Rate.parseAll(pick(WINDOWS))).segments(pick(List.of(1, 2, 3, 7, 20, 60))).build();
			case SLIDING_WINDOW_LOG -> builder.rates(Rate.parseAll(pick(LOGS))).build();
			default -> builder.rates(Rate.parseAll(pick(WINDOWS))).build();
		};
	}

	private Limit paced(LimitBuilder builder) {
		Rate rate = Rate.parse(pick(PACED));
		long turn = rate.period().toNanos() / rate.permits();
		Duration wait = Duration.ofNanos(1 + this.random.nextLong(5 * turn));
		return builder.rates(rate).maxWait(wait, 100).build();
	}

	private <T> T pick(List<T> list) {
		return list.get(this.random.nextInt(list.size()));
	}

}
