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
	 * @param args how many rounds, 5 by default; beside what, {@code bucket4j} by
	 * default, separated by commas
	 * @throws RunnerException if JMH fails
	 */
	public static void main(String[] args) throws RunnerException {
		int rounds = (args.length > 0) ? Integer.parseInt(args[0]) : 5;
		String[] peers = ((args.length > 1) ? args[1] : "bucket4j").split(",");
		Machine.print(DecisionRatios.class, rounds, String.join(",", peers));
		for (int threads : new int[] { 1, 2 }) {
			Map<String, List<Cost>> limiter = new LinkedHashMap<>();
			Map<String, Map<String, List<Cost>>> costs = new LinkedHashMap<>();
			for (int round = 0; round < rounds; round++) {
				run("limiter", threads, limiter);
				for (String peer : peers) {
					run(peer, threads, costs.computeIfAbsent(peer, (key) -> new LinkedHashMap<>()));
				}
			}
			for (String peer : peers) {
				print(threads, limiter, peer, costs.get(peer));
			}
		}
	}

	private static void run(String method, int threads, Map<String, List<Cost>> costs) throws RunnerException {
		for (RunResult result : Cost.measure(DecisionBenchmark.class.getSimpleName() + "." + method + "$", threads)) {
			String name = result.getParams().getParam("keyCount") + " keys, " + result.getParams().getParam("outcome");
			costs.computeIfAbsent(name, (key) -> new ArrayList<>()).add(Cost.of(result));
		}
	}

	private static void print(int threads, Map<String, List<Cost>> limiter, String peer,
			Map<String, List<Cost>> costs) {
		limiter.forEach((name, ours) -> {
			List<Cost> plain = costs.get(name);
			Spread time = Cost.ratioOfNanos(ours, plain);
			String bytes = (Cost.bytes(plain).median() < 1) ? "-" : Cost.ratioOfBytes(ours, plain).toString();
			System.out.printf("%d thread(s), %s, limiter / %s: time %s (%s ns to %s ns), bytes %s (%s to %s)%n",
					threads, name, peer, time, Cost.nanos(ours), Cost.nanos(plain), bytes, Cost.bytes(ours),
					Cost.bytes(plain));
		});
	}

}
