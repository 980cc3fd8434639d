package io.github.ratelimit.benchmarks.redis.report;

import io.github.ratelimit.benchmarks.Machine;
import io.github.ratelimit.benchmarks.redis.limiter.Subject;
import io.github.ratelimit.benchmarks.redis.server.RedisServer;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

/**
 * The arguments of a workload.
 *
 * @param rounds how many rounds count
 * @param duration how long a subject is asked in a round
 * @param subjects the subjects to measure
 */
public record Arguments(int rounds, Duration duration, List<Subject> subjects) {

	/** Prints the arguments with the machine, and quietens the log. */
	public static void begin(Class<?> main, Object... args) {
		LoggingSystem.get(Arguments.class.getClassLoader()).setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.ERROR);
		Machine.print(main, args);
		try (RedisServer server = RedisServer.start()) {
			System.out.println("Redis " + server.version());
		}
	}

	/** Whether all of these take part. */
	public boolean has(Subject... some) {
		return this.subjects.containsAll(List.of(some));
	}

	/** Returns the same without some subjects. */
	public Arguments without(Subject... some) {
		return new Arguments(this.rounds, this.duration,
				this.subjects.stream().filter((subject) -> !List.of(some).contains(subject)).toList());
	}

	/** Returns the same with another number of rounds. */
	public Arguments with(int rounds) {
		return new Arguments(rounds, this.duration, this.subjects);
	}

	/** Returns the same with rounds of another length. */
	public Arguments lasting(Duration duration) {
		return new Arguments(this.rounds, duration, this.subjects);
	}

}
