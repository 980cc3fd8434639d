package io.github.ratelimit.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** Describes the machine on which the figures were measured. */
public final class Machine {

	private Machine() {
	}

	/** Prints cores, memory, Java and system. */
	public static void print() {
		Runtime runtime = Runtime.getRuntime();
		System.out.printf("%d cores, %d GiB, Java %s, %s %s%n", runtime.availableProcessors(),
				Math.round(system().getTotalMemorySize() / (double) (1 << 30)), Runtime.version(),
				System.getProperty("os.name"), System.getProperty("os.arch"));
	}

	/**
	 * Prints the command that repeats the figures, and the machine.
	 * @param main the class that was started
	 * @param args its arguments, with those that were left out
	 */
	public static void print(Class<?> main, Object... args) {
		StringBuilder command = new StringBuilder("java ");
		ManagementFactory.getRuntimeMXBean()
			.getInputArguments()
			.forEach((option) -> command.append(option).append(' '));
		command.append("-cp benchmarks.jar ").append(main.getName());
		for (Object arg : args) {
			command.append(' ').append(arg);
		}
		System.out.println(command);
		print();
	}

	/** Returns the processor time that this process has used so far, in nanoseconds. */
	public static long cpuNanos() {
		return system().getProcessCpuTime();
	}

	private static OperatingSystemMXBean system() {
		return (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
	}

}
