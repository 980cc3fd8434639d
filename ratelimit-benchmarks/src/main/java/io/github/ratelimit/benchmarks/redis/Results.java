package io.github.ratelimit.benchmarks.redis;

import io.github.ratelimit.benchmarks.Spread;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The rounds of each subject under one workload. */
final class Results {

	private static final long DEADLINE_NANOS = 50_000_000;

	private final String workload;

	private final int threads;

	private final Map<Subject, List<Round>> rounds = new EnumMap<>(Subject.class);

	Results(String workload, int threads) {
		this.workload = workload;
		this.threads = threads;
	}

	void add(Subject subject, Round round) {
		this.rounds.computeIfAbsent(subject, (key) -> new ArrayList<>()).add(round);
	}

	/**
	 * Prints a line for each subject: decisions a second, those in ratio to the raw
	 * script and to Bucket4j in the same round, latency in milliseconds, share of
	 * decisions above 50 ms, commands sent for a decision, processor time for a decision
	 * in microseconds, and what the subject grants of what it may when it is asked for
	 * too much.
	 * @param overGrants what each subject grants
	 */
	void print(OverGrants overGrants) {
		System.out.printf("%n%s, %d thread(s), %d round(s)%n", this.workload, this.threads,
				this.rounds.values().iterator().next().size());
		System.out.printf("  %-17s %11s %21s %24s %8s %8s %8s %7s %7s %7s %13s%n", "", "decisions/s", "of raw",
				"of bucket4j", "p50 ms", "p99 ms", ">50 ms", "calls", "server", "client", "granted/bound");
		this.rounds.forEach((subject, list) -> {
			Latencies latencies = new Latencies();
			list.forEach((round) -> latencies.add(round.tally().latencies()));
			System.out.printf(Locale.ROOT, "  %-17s %11.0f %21s %24s %8.3f %8.3f %7.3f%% %7.3f %7.1f %7.1f %13s%s%n",
					subject, spread(list, Round::perSecond).median(), ratio(subject, Subject.RAW),
					ratio(subject, Subject.BUCKET4J), latencies.percentile(0.5) / 1e6, latencies.percentile(0.99) / 1e6,
					latencies.shareOver(DEADLINE_NANOS) * 100, spread(list, Round::callsPerDecision).median(),
					spread(list, Round::serverMicrosPerDecision).median(),
					spread(list, Round::clientMicrosPerDecision).median(), overGrants.of(subject), failures(list));
		});
	}

	private static String failures(List<Round> rounds) {
		long failures = rounds.stream().mapToLong((round) -> round.tally().failures()).sum();
		return (failures == 0) ? "" : ", FAILED " + failures + " times: "
				+ rounds.stream().map((round) -> round.tally().failure()).filter((ex) -> ex != null).findAny().get();
	}

	/** Returns the ratio of decisions per second, round by round. */
	private String ratio(Subject subject, Subject other) {
		if (!this.rounds.containsKey(other)) {
			return "-";
		}
		return Spread
			.ofRatios(figures(this.rounds.get(subject), Round::perSecond),
					figures(this.rounds.get(other), Round::perSecond))
			.toString();
	}

	/**
	 * Returns, round by round, this workload's decisions per second over those of
	 * another.
	 */
	Spread ratioTo(Results other, Subject subject) {
		return Spread.ofRatios(figures(this.rounds.get(subject), Round::perSecond),
				figures(other.rounds.get(subject), Round::perSecond));
	}

	Map<Subject, List<Round>> rounds() {
		return this.rounds;
	}

	private static Spread spread(List<Round> rounds, ToDoubleFunction<Round> figure) {
		return Spread.of(figures(rounds, figure));
	}

	private static List<Double> figures(List<Round> rounds, ToDoubleFunction<Round> figure) {
		return rounds.stream().mapToDouble(figure).boxed().toList();
	}

}
