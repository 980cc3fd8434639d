package io.github.ratelimit.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs {@link DecisionBenchmark} in rounds, the sides by turns, each in a process of its
 * own, and prints the ratios of each round: median, least and greatest.
 */
public final class DecisionRatios {

	private static final String BYTES = "gc.alloc.rate.norm";

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
		Options options = new OptionsBuilder().include(DecisionBenchmark.class.getSimpleName() + "." + method + "$")
			.threads(threads)
			.forks(1)
			.warmupIterations(3)
			.warmupTime(TimeValue.milliseconds(700))
			.measurementIterations(5)
			.measurementTime(TimeValue.milliseconds(700))
			.jvmArgs("-Xms2g", "-Xmx2g")
			.addProfiler(GCProfiler.class)
			.verbosity(VerboseMode.SILENT)
			.build();
		Collection<RunResult> results = new Runner(options).run();
		for (RunResult result : results) {
			String name = result.getParams().getParam("keyCount") + " keys, " + result.getParams().getParam("outcome");
			Cost cost = new Cost(result.getPrimaryResult().getScore(),
					result.getSecondaryResults().get(BYTES).getScore());
			costs.computeIfAbsent(name, (key) -> new ArrayList<>()).add(cost);
		}
	}

	private static void print(int threads, Map<String, List<Cost>> limiter, String peer,
			Map<String, List<Cost>> costs) {
		limiter.forEach((name, ours) -> {
			List<Cost> plain = costs.get(name);
			Spread time = Spread.ofRatios(ours.stream().map(Cost::nanos).toList(),
					plain.stream().map(Cost::nanos).toList());
			List<Double> plainBytes = plain.stream().map(Cost::bytes).toList();
			String bytes = (Spread.of(plainBytes).median() < 1) ? "-"
					: Spread.ofRatios(ours.stream().map(Cost::bytes).toList(), plainBytes).toString();
			System.out.printf("%d thread(s), %s, limiter / %s: time %s (%s ns to %s ns), bytes %s (%s to %s)%n",
					threads, name, peer, time, Spread.of(ours.stream().map(Cost::nanos).toList()),
					Spread.of(plain.stream().map(Cost::nanos).toList()), bytes,
					Spread.of(ours.stream().map(Cost::bytes).toList()), Spread.of(plainBytes));
		});
	}

	private record Cost(double nanos, double bytes) {
	}

}
