package io.github.ratelimit.benchmarks.redis;

import io.github.ratelimit.benchmarks.redis.limiter.Subject;
import io.github.ratelimit.benchmarks.redis.outage.Outages;
import io.github.ratelimit.benchmarks.redis.report.Arguments;
import io.github.ratelimit.benchmarks.redis.report.Criteria;
import io.github.ratelimit.benchmarks.redis.report.OverGrants;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Everything that has an aim, in one run: about 15 minutes. Ends with status 1 if an aim
 * is missed.
 */
public final class All {

	private static final int ROUNDS = 9;

	private static final long MILLIS = 700;

	private static final long OVERLOAD_MILLIS = 30_000;

	private static final long STOP_MILLIS = 10_000;

	/** Many keys that are exhausted first need longer rounds, and fewer. */
	private static final int LONGER = 3;

	private static final List<String> PARTS = List.of("B1", "B2", "B3", "B4", "B5", "B6");

	private final List<String> parts;

	private final Criteria criteria = new Criteria();

	private All(List<String> parts) {
		if (!PARTS.containsAll(parts)) {
			throw new IllegalArgumentException("The parts are " + PARTS + ", not " + parts);
		}
		this.parts = parts;
	}

	/**
	 * Measures and prints.
	 * @param args rounds (9), milliseconds of each (700), milliseconds for which each
	 * subject is overloaded (30000), milliseconds for which Redis is stopped (10000),
	 * parts to run as in {@code B2,B6} (all), subjects as in {@code raw,ours} (all)
	 */
	public static void main(String[] args) {
		All all = new All((args.length > 4) ? List.of(args[4].split(",")) : PARTS);
		Arguments arguments = new Arguments((int) argument(args, 0, ROUNDS),
				Duration.ofMillis(argument(args, 1, MILLIS)),
				(args.length > 5) ? Subject.parse(args[5]) : List.of(Subject.values()));
		Duration overload = Duration.ofMillis(argument(args, 2, OVERLOAD_MILLIS));
		Duration stop = Duration.ofMillis(argument(args, 3, STOP_MILLIS));
		Arguments.begin(All.class, arguments.rounds(), arguments.duration().toMillis(), overload.toMillis(),
				stop.toMillis(), String.join(",", all.parts),
				arguments.subjects().stream().map(Subject::toString).collect(Collectors.joining(",")));
		long begin = System.nanoTime();
		all.measure(arguments, overload, stop);
		boolean met = all.criteria.print();
		System.out.printf("%nIn %d s%n", Duration.ofNanos(System.nanoTime() - begin).toSeconds());
		System.exit(met ? 0 : 1);
	}

	private static long argument(String[] args, int index, long otherwise) {
		return (args.length > index) ? Long.parseLong(args[index]) : otherwise;
	}

	private void measure(Arguments all, Duration overload, Duration stop) {
		OverGrants overGrants = OverGrants.measure(all.subjects());
		Arguments alone = all.without(Subject.OURS_WITH_LEASE);
		Arguments longer = alone.with(Math.max(1, all.rounds() / LONGER)).lasting(all.duration().multipliedBy(LONGER));
		Arguments severalKeys = alone.without(Subject.RAW_SPRING);
		part("B1", () -> CallsPerDecision.measure(all.duration(), this.criteria));
		part("B1", () -> UniformKeys.measure(alone, overGrants, this.criteria));
		part("B2", () -> HotKey.measure(all, overGrants, this.criteria));
		part("B3", () -> ExhaustedKeys.measure(longer, overGrants, this.criteria));
		part("B4", () -> OverGrant.measure(alone.subjects(), overload, this.criteria));
		part("B5", () -> SeveralLimits.measure(severalKeys, overGrants, this.criteria));
		part("B6", () -> Outages.measure(stop, this.criteria));
	}

	/** One part that fails does not keep the others from being measured. */
	private void part(String name, Runnable part) {
		if (!this.parts.contains(name)) {
			return;
		}
		try {
			part.run();
		}
		catch (RuntimeException ex) {
			ex.printStackTrace();
			this.criteria.add(name + " was measured to its end", ex.toString(), "no exception", false);
		}
	}

}
