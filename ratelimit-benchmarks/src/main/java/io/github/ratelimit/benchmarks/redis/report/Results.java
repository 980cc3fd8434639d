package io.github.ratelimit.benchmarks.redis.report;

import io.github.ratelimit.benchmarks.Spread;
import io.github.ratelimit.benchmarks.redis.limiter.Subject;
import io.github.ratelimit.benchmarks.redis.load.Latencies;
import io.github.ratelimit.benchmarks.redis.load.Tally;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** The rounds of each subject under one workload. */
public final class Results {

	private static final long DEADLINE_NANOS = 50_000_000;

	private final String workload;

	private final int threads;

	private final Map<Subject, List<Round>> rounds = new EnumMap<>(Subject.class);

	public Results(String workload, int threads) {
		this.workload = workload;
		this.threads = threads;
	}

	public void add(Subject subject, Round round) {
		this.rounds.computeIfAbsent(subject, (key) -> new ArrayList<>()).add(round);
	}

	/**
	 * Prints a row for each subject: decisions a second, those in ratio to the raw script
	 * and to Bucket4j in the same round, latency in milliseconds, share of decisions
	 * above 50 ms, commands sent for a decision, processor time for a decision in
	 * microseconds, share of refusals, how often it failed, and what the subject grants
	 * of what it may when it is asked for too much.
	 * @param overGrants what each subject grants
	 */
	public void print(OverGrants overGrants) {
		Table table = new Table(title(), "subject", "decisions/s", "of raw", "of bucket4j", "p50 ms", "p99 ms",
				"over 50 ms", "calls", "server µs", "client µs", "refused", "failed", "granted of bound");
		this.rounds.forEach((subject, list) -> {
			Latencies latencies = new Latencies();
			list.forEach((round) -> latencies.add(round.tally().latencies()));
			table.row(subject, Table.figure(spread(list, Round::perSecond).median(), 0), ratio(subject, Subject.RAW),
					ratio(subject, Subject.BUCKET4J), Table.millis(latencies.percentile(0.5)),
					Table.millis(latencies.percentile(0.99)),
					Table.figure(latencies.shareOver(DEADLINE_NANOS) * 100, 3) + "%",
					Table.figure(spread(list, Round::callsPerDecision).median(), 3),
					Table.figure(spread(list, Round::serverMicrosPerDecision).median(), 1),
					Table.figure(spread(list, Round::clientMicrosPerDecision).median(), 1),
					Table.figure(100.0 * refusals(list) / Math.max(1, decisions(list)), 2) + "%", failures(list),
					overGrants.of(subject));
		});
	}

	String title() {
		return "%s, %d thread(s), %d round(s)".formatted(this.workload, this.threads,
				this.rounds.values().iterator().next().size());
	}

	private static String failures(List<Round> rounds) {
		long failures = sum(rounds, Tally::failures);
		return (failures == 0) ? "0"
				: failures + " ("
						+ rounds.stream()
							.map((round) -> round.tally().failure())
							.filter(Objects::nonNull)
							.map(Throwable::getMessage)
							.findAny()
							.get()
						+ ")";
	}

	private String ratio(Subject subject, Subject other) {
		return this.rounds.containsKey(other) ? ratioOf(subject, other).toString() : "-";
	}

	/** Returns the ratio of decisions per second, round by round. */
	public Spread ratioOf(Subject subject, Subject other) {
		return Spread.ofRatios(figures(this.rounds.get(subject), Round::perSecond),
				figures(this.rounds.get(other), Round::perSecond));
	}

	/**
	 * Returns, round by round, this workload's decisions per second over those of
	 * another.
	 */
	public Spread ratioTo(Results other, Subject subject) {
		return Spread.ofRatios(figures(this.rounds.get(subject), Round::perSecond),
				figures(other.rounds.get(subject), Round::perSecond));
	}

	public Spread callsPerDecision(Subject subject) {
		return spread(this.rounds.get(subject), Round::callsPerDecision);
	}

	long decisions(Subject subject) {
		return decisions(this.rounds.get(subject));
	}

	public long refusals(Subject subject) {
		return refusals(this.rounds.get(subject));
	}

	/** Returns the refusals among the questions whose latency was measured. */
	public long watchedRefusals(Subject subject) {
		return sum(this.rounds.get(subject), Tally::watchedRefusals);
	}

	long failures(Subject subject) {
		return sum(this.rounds.get(subject), Tally::failures);
	}

	/** Whether all of these took part. */
	public boolean has(Subject... some) {
		return this.rounds.keySet().containsAll(List.of(some));
	}

	public List<Subject> subjects() {
		return List.copyOf(this.rounds.keySet());
	}

	private static long decisions(List<Round> rounds) {
		return sum(rounds, Tally::decisions);
	}

	private static long refusals(List<Round> rounds) {
		return sum(rounds, (tally) -> tally.decisions() - tally.granted());
	}

	private static long sum(List<Round> rounds, ToLongFunction<Tally> figure) {
		return rounds.stream().mapToLong((round) -> figure.applyAsLong(round.tally())).sum();
	}

	private static Spread spread(List<Round> rounds, ToDoubleFunction<Round> figure) {
		return Spread.of(figures(rounds, figure));
	}

	private static List<Double> figures(List<Round> rounds, ToDoubleFunction<Round> figure) {
		return rounds.stream().mapToDouble(figure).boxed().toList();
	}

}
