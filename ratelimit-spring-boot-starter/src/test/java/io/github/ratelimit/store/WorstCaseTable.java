package io.github.ratelimit.store;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitBuilder;
import io.github.ratelimit.Rate;
import java.time.Duration;
import java.util.List;

/** The worst case of each algorithm, and what a caller that always asks is granted. */
public final class WorstCaseTable {

	private static final long SEED = 20260101;

	private static final int PERIODS = 4_200;

	private final StoreFixture fixture;

	private final int patterns;

	public WorstCaseTable(StoreFixture fixture, int patterns) {
		this.fixture = fixture;
		this.patterns = patterns;
	}

	/**
	 * Returns a table with a line for each algorithm, rate and number of segments, and
	 * for a limit that paces its calls.
	 */
	public String of(Algorithm... algorithms) {
		StringBuilder table = new StringBuilder(
				"""
						| algorithm | rate | most in less than a period | first to last exactly a period | granted evenly | granted at once |
						|---|---|---|---|---|---|
						""");
		for (String rate : List.of("10/min", "60/min")) {
			for (Algorithm algorithm : algorithms) {
				if (algorithm != Algorithm.CONCURRENCY) {
					table.append(line(algorithm.toString(), limit(rate).algorithm(algorithm).build()));
				}
			}
			for (int segments : List.of(4, 60)) {
				table.append(line("sliding-window, " + segments + " segments",
						limit(rate).algorithm(Algorithm.SLIDING_WINDOW).segments(segments).build()));
			}
			table.append(line("paced", limit(rate).maxWait(Duration.ofSeconds(1), 1).build()));
		}
		return table.toString();
	}

	private static LimitBuilder limit(String rate) {
		return Limit.named("worst").rates(Rate.parse(rate));
	}

	private String line(String name, Limit limit) {
		WorstCase.Found found = new WorstCase(this.fixture, limit).search(this.patterns, SEED);
		return "| %s | %s | %d | %d | %.3f | %.3f |%n".formatted(name, limit.rates().get(0), found.withinAPeriod(),
				found.fromEndToEnd(), new WorstCase(this.fixture, limit).steady(true, PERIODS),
				new WorstCase(this.fixture, limit).steady(false, PERIODS));
	}

}
