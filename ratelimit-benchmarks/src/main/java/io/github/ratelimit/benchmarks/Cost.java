package io.github.ratelimit.benchmarks;

import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** What an operation costs: time, and bytes that it allocates. */
record Cost(double nanos, double bytes) {

	private static final String BYTES = "gc.alloc.rate.norm";

	/** Runs benchmarks, each in a process of its own. */
	static Collection<RunResult> measure(String benchmarks, int threads) throws RunnerException {
		Options options = new OptionsBuilder().include(benchmarks)
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
		return new Runner(options).run();
	}

	static Cost of(RunResult result) {
		return new Cost(result.getPrimaryResult().getScore(), result.getSecondaryResults().get(BYTES).getScore());
	}

	static Spread nanos(List<Cost> costs) {
		return Spread.of(costs.stream().map(Cost::nanos).toList());
	}

	static Spread bytes(List<Cost> costs) {
		return Spread.of(costs.stream().map(Cost::bytes).toList());
	}

	/** Prints the ratios of costs that were measured side by side, and the costs. */
	static void print(int threads, String what, List<Cost> costs, List<Cost> others) {
		System.out.printf("%d thread(s), %s: time %s (%s ns to %s ns), bytes %s (%s to %s)%n", threads, what,
				ratioOfNanos(costs, others), nanos(costs), nanos(others), ratioOfBytes(costs, others), bytes(costs),
				bytes(others));
	}

	static Spread ratioOfNanos(List<Cost> costs, List<Cost> others) {
		return Spread.ofRatios(costs.stream().map(Cost::nanos).toList(), others.stream().map(Cost::nanos).toList());
	}

	static Spread ratioOfBytes(List<Cost> costs, List<Cost> others) {
		return Spread.ofRatios(costs.stream().map(Cost::bytes).toList(), others.stream().map(Cost::bytes).toList());
	}

}
