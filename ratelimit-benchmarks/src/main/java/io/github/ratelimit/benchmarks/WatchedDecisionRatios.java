package io.github.ratelimit.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Runs {@link WatchedDecisionBenchmark} in rounds, each side in processes of its own, and
 * prints the ratios of each round: median, least and greatest.
 */
public final class WatchedDecisionRatios {

	private WatchedDecisionRatios() {
	}

	/**
	 * Runs the rounds.
	 * @param args how many rounds, 5 by default
	 * @throws RunnerException if JMH fails
	 */
	public static void main(String[] args) throws RunnerException {
		int rounds = (args.length > 0) ? Integer.parseInt(args[0]) : 5;
		Machine.print(WatchedDecisionRatios.class, rounds);
		for (int threads : new int[] { 1, 2 }) {
			Map<String, List<Cost>> plain = new LinkedHashMap<>();
			Map<String, List<Cost>> watched = new LinkedHashMap<>();
			for (int round = 0; round < rounds; round++) {
				for (RunResult result : Cost.measure(WatchedDecisionBenchmark.class.getSimpleName(), threads)) {
					String name = result.getParams().getParam("keyCount") + " keys, "
							+ result.getParams().getParam("outcome");
					boolean isWatched = Boolean.parseBoolean(result.getParams().getParam("watched"));
					(isWatched ? watched : plain).computeIfAbsent(name, (key) -> new ArrayList<>())
						.add(Cost.of(result));
				}
			}
			plain.forEach((name, costs) -> Cost.print(threads, name + ", watched / plain", watched.get(name), costs));
		}
	}

}
