package io.github.ratelimit.benchmarks.redis.outage;

import io.github.ratelimit.benchmarks.redis.report.Arguments;
import io.github.ratelimit.benchmarks.redis.report.Criteria;
import java.time.Duration;

/**
 * What limits hold while Redis is late, flapping or away, in one run: about 13 minutes.
 * Ends with status 1 if a bound is missed.
 */
public final class OutageAudit {

	private OutageAudit() {
	}

	/**
	 * Measures and prints.
	 * @param args seconds of each load (60); rounds of the busy machine (5)
	 */
	public static void main(String[] args) {
		Duration duration = Duration.ofSeconds((args.length > 0) ? Long.parseLong(args[0]) : 60);
		int rounds = (args.length > 1) ? Integer.parseInt(args[1]) : 5;
		Arguments.begin(OutageAudit.class, duration.toSeconds(), rounds);
		Criteria criteria = new Criteria();
		Hardship.measure("all", duration, rounds, criteria);
		SharedOutages.measure(duration, criteria);
		Settlements.measure(criteria);
		System.exit(criteria.print() ? 0 : 1);
	}

}
