package io.github.ratelimit.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Runs {@link AlgorithmBenchmark} in rounds, and prints each algorithm's ratio to the
 * token bucket of the same round: median, least and greatest.
 */
public final class AlgorithmRatios {

	private static final String BUCKET = "TOKEN_BUCKET";

	private AlgorithmRatios() {
	}

	/**
	 * Runs the rounds.
	 * @param args how many rounds, 5 by default
	 * @throws RunnerException if JMH fails
	 */
	public static void main(String[] args) throws RunnerException {
		int rounds = (args.length > 0) ? Integer.parseInt(args[0]) : 5;
		Machine.print(AlgorithmRatios.class, rounds);
		for (int threads : new int[] { 1, 2 }) {
			Map<String, Map<String, List<Cost>>> costs = new LinkedHashMap<>();
			for (int round = 0; round < rounds; round++) {
				for (RunResult result : Cost.measure(AlgorithmBenchmark.class.getSimpleName(), threads)) {
					costs.computeIfAbsent(result.getParams().getParam("outcome"), (key) -> new LinkedHashMap<>())
						.computeIfAbsent(result.getParams().getParam("algorithm"), (key) -> new ArrayList<>())
						.add(Cost.of(result));
				}
			}
			costs.forEach((outcome, algorithms) -> print(threads, outcome, algorithms));
		}
	}

	private static void print(int threads, String outcome, Map<String, List<Cost>> algorithms) {
		List<Cost> bucket = algorithms.get(BUCKET);
		algorithms.forEach((algorithm, costs) -> Cost.print(threads,
				outcome + ", " + algorithm.toLowerCase(Locale.ROOT).replace('_', '-') + " / token bucket", costs,
				bucket));
	}

}
