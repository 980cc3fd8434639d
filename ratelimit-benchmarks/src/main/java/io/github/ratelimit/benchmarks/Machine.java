package io.github.ratelimit.benchmarks;

/** Says on what the figures were measured. */
public final class Machine {

	private Machine() {
	}

	/** Prints cores, Java and system. */
	public static void print() {
		Runtime runtime = Runtime.getRuntime();
		System.out.printf("%d cores, Java %s, %s %s%n", runtime.availableProcessors(), Runtime.version(),
				System.getProperty("os.name"), System.getProperty("os.arch"));
	}

}
