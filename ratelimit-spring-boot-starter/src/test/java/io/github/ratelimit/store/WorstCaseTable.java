package io.github.ratelimit.store;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import java.util.List;

/** What an adversary finds of each algorithm, and what who always asks is granted. */
public final class WorstCaseTable {

	private static final long SEED = 20260101;

	private final StoreFixture fixture;

	private final int patterns;

	public WorstCaseTable(StoreFixture fixture, int patterns) {
		this.fixture = fixture;
		this.patterns = patterns;
	}

	/** Returns a table with a line for each algorithm, rate and number of segments. */
	public String of(Algorithm... algorithms) {
		StringBuilder table = new StringBuilder(
				"""
						| algorithm | rate | most in less than a period | first to last exactly a period | evenly 10 x | at once |
						|---|---|---|---|---|---|
						""");
		for (Algorithm algorithm : algorithms) {
			List<Integer> segments = (algorithm == Algorithm.SLIDING_WINDOW) ? List.of(20, 4, 60) : List.of(20);
			for (int count : (algorithm == Algorithm.CONCURRENCY) ? List.<Integer>of() : segments) {
				for (String rate : List.of("10/min", "60/min")) {
					table.append(line(algorithm, rate, count));
				}
			}
		}
		return table.toString();
	}

	private String line(Algorithm algorithm, String rate, int segments) {
		Limit limit = Limit.named("worst").algorithm(algorithm).rates(Rate.parse(rate)).segments(segments).build();
		WorstCase.Found found = new WorstCase(this.fixture, limit).search(this.patterns, SEED);
		String name = algorithm + ((algorithm == Algorithm.SLIDING_WINDOW) ? ", " + segments + " segments" : "");
		return "| %s | %s | %d | %d | %.3f | %.3f |%n".formatted(name, rate, found.withinAPeriod(),
				found.fromEndToEnd(), new WorstCase(this.fixture, limit).steady(true),
				new WorstCase(this.fixture, limit).steady(false));
	}

}
