package io.github.ratelimit.benchmarks.redis.server;

import java.util.HashMap;
import java.util.Map;

/**
 * What a server has done: how often it ran each command, those within scripts included,
 * and its processor time.
 *
 * @param commands how often each command was run, by its name in lower case
 * @param cpuMicros processor time in microseconds
 */
public record ServerStats(Map<String, Long> commands, double cpuMicros) {

	private static final String COMMAND = "cmdstat_";

	private static final String CALLS = ":calls=";

	static ServerStats parse(String commandStats, String cpu) {
		Map<String, Long> commands = new HashMap<>();
		commandStats.lines().filter((line) -> line.startsWith(COMMAND)).forEach((line) -> {
			int calls = line.indexOf(CALLS);
			commands.put(line.substring(COMMAND.length(), calls),
					Long.parseLong(line.substring(calls + CALLS.length(), line.indexOf(',', calls))));
		});
		double seconds = Double.parseDouble(field(cpu, "used_cpu_sys"))
				+ Double.parseDouble(field(cpu, "used_cpu_user"));
		return new ServerStats(commands, seconds * 1_000_000);
	}

	static String field(String info, String name) {
		return info.lines()
			.filter((line) -> line.startsWith(name + ":"))
			.map((line) -> line.substring(name.length() + 1).trim())
			.findFirst()
			.orElseThrow(() -> new IllegalStateException("Redis's INFO has no " + name));
	}

	public long calls(String command) {
		return this.commands.getOrDefault(command, 0L);
	}

	/** Returns what this and another server have done. */
	ServerStats plus(ServerStats other) {
		Map<String, Long> sum = new HashMap<>(this.commands);
		other.commands.forEach((command, calls) -> sum.merge(command, calls, Long::sum));
		return new ServerStats(sum, this.cpuMicros + other.cpuMicros);
	}

	public ServerStats since(ServerStats before) {
		Map<String, Long> difference = new HashMap<>();
		this.commands.forEach((command, calls) -> difference.put(command, calls - before.calls(command)));
		return new ServerStats(difference, this.cpuMicros - before.cpuMicros);
	}

}
