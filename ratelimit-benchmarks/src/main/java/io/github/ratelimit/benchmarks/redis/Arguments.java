package io.github.ratelimit.benchmarks.redis;

import io.github.ratelimit.benchmarks.Machine;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

/**
 * The arguments of every workload: rounds, milliseconds of a round, and who takes part,
 * as in {@code 3 1000 raw,bucket4j}.
 *
 * @param rounds how many rounds count
 * @param duration how long a subject is asked in a round
 * @param subjects who takes part
 */
record Arguments(int rounds, Duration duration, List<Subject> subjects) {

	/** Reads the arguments, and prints them with the machine. */
	static Arguments read(Class<?> main, String[] args, int rounds, int millis, List<Subject> subjects) {
		Arguments arguments = new Arguments((args.length > 0) ? Integer.parseInt(args[0]) : rounds,
				Duration.ofMillis((args.length > 1) ? Long.parseLong(args[1]) : millis),
				(args.length > 2) ? Subject.parse(args[2]) : subjects);
		LoggingSystem.get(Arguments.class.getClassLoader()).setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.WARN);
		Machine.print(main, arguments.rounds, arguments.duration.toMillis(),
				arguments.subjects.stream().map(Subject::toString).collect(Collectors.joining(",")));
		try (RedisServer server = RedisServer.start()) {
			System.out.println("Redis " + server.version());
		}
		return arguments;
	}

}
