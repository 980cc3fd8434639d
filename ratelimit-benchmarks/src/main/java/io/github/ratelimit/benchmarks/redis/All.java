package io.github.ratelimit.benchmarks.redis;

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

	private All() {
	}

	/**
	 * Measures and prints.
	 * @param args rounds (9), milliseconds of each (700), milliseconds for which each
	 * subject is overloaded (30000), milliseconds for which Redis is stopped (10000),
	 * subjects (all)
	 */
	public static void main(String[] args) {
		Arguments arguments = new Arguments((int) argument(args, 0, ROUNDS),
				Duration.ofMillis(argument(args, 1, MILLIS)),
				(args.length > 4) ? Subject.parse(args[4]) : List.of(Subject.values()));
		Duration overload = Duration.ofMillis(argument(args, 2, OVERLOAD_MILLIS));
		Duration stop = Duration.ofMillis(argument(args, 3, STOP_MILLIS));
		Arguments.begin(All.class, arguments.rounds(), arguments.duration().toMillis(), overload.toMillis(),
				stop.toMillis(), arguments.subjects().stream().map(Subject::toString).collect(Collectors.joining(",")));
		long begin = System.nanoTime();
		Criteria criteria = new Criteria();
		measure(arguments, overload, stop, criteria);
		boolean met = criteria.print();
		System.out.printf("%nIn %d s%n", Duration.ofNanos(System.nanoTime() - begin).toSeconds());
		System.exit(met ? 0 : 1);
	}

	private static long argument(String[] args, int index, long otherwise) {
		return (args.length > index) ? Long.parseLong(args[index]) : otherwise;
	}

	private static void measure(Arguments all, Duration overload, Duration stop, Criteria criteria) {
		OverGrants overGrants = OverGrants.measure(all.subjects());
		Arguments alone = all.without(Subject.OURS_WITH_LEASE);
		Arguments severalKeys = alone.without(Subject.RAW_SPRING);
		part("B1", criteria, () -> CallsPerDecision.measure(all.duration(), criteria));
		part("B1", criteria, () -> UniformKeys.measure(alone, overGrants, criteria));
		part("B2", criteria, () -> HotKey.measure(all, overGrants, criteria));
		part("B3", criteria,
				() -> ExhaustedKeys.measure(
						alone.with(Math.max(1, all.rounds() / LONGER)).lasting(all.duration().multipliedBy(LONGER)),
						overGrants, criteria));
		part("B4", criteria, () -> OverGrant.measure(alone.with(1).lasting(overload), criteria));
		part("B5", criteria, () -> SeveralLimits.measure(severalKeys, overGrants, criteria));
		part("B6", criteria, () -> Outages.measure(stop, criteria));
	}

	/** One part that fails does not keep the others from being measured. */
	private static void part(String name, Criteria criteria, Runnable part) {
		try {
			part.run();
		}
		catch (RuntimeException ex) {
			ex.printStackTrace();
			criteria.add(name + " was measured to its end", ex.toString(), "no exception", false);
		}
	}

}
