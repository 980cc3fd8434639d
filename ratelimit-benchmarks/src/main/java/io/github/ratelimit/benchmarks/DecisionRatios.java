package io.github.ratelimit.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Runs {@link DecisionBenchmark} in rounds, the sides alternating, each in a process of
 * its own, and prints the ratios of each round: median, least and greatest.
 */
public final class DecisionRatios {

	private DecisionRatios() {
	}

	/**
	 * Runs the rounds.
	 * @param args how many rounds, 5 by default
	 * @throws RunnerException if JMH fails
	 */
	public static void main(String[] args) throws RunnerException {
		int rounds = (args.length > 0) ? Integer.parseInt(args[0]) : 5;
		Machine.print(DecisionRatios.class, rounds);
		for (int threads : new int[] { 1, 2 }) {
			Map<String, List<Cost>> limiter = new LinkedHashMap<>();
			Map<String, List<Cost>> bucket4j = new LinkedHashMap<>();
			for (int round = 0; round < rounds; round++) {
				run("limiter", threads, limiter);
				run("bucket4j", threads, bucket4j);
			}
			limiter.forEach(
					(name, costs) -> Cost.print(threads, name + ", limiter / bucket4j", costs, bucket4j.get(name)));
		}
	}

	private static void run(String method, int threads, Map<String, List<Cost>> costs) throws RunnerException {
		for (RunResult result : Cost.measure(DecisionBenchmark.class.getSimpleName() + "." + method + "$", threads)) {
			String name = result.getParams().getParam("keyCount") + " keys, " + result.getParams().getParam("outcome");
			costs.computeIfAbsent(name, (key) -> new ArrayList<>()).add(Cost.of(result));
		}
	}

}
