package io.github.ratelimit.benchmarks.redis.report;

import io.github.ratelimit.benchmarks.Spread;
import io.github.ratelimit.benchmarks.redis.limiter.Subject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What figures have to be, and what they are. */
public final class Criteria {

	private final List<Criterion> criteria = new ArrayList<>();

	private long decisions;

	private final Map<String, Long> failures = new LinkedHashMap<>();

	/** Adds a ratio whose median is to be at least so much. */
	public void atLeast(String what, Spread ratio, double aim) {
		add(what, ratio.toString(), "at least " + aim, ratio.median() >= aim);
	}

	/** Adds a ratio whose median is to be at most so much. */
	public void atMost(String what, Spread ratio, double aim) {
		add(what, ratio.toString(), "at most " + aim, ratio.median() <= aim);
	}

	/** Adds a ratio whose median is to be above so much. */
	public void above(String what, Spread ratio, double aim) {
		add(what, ratio.toString(), "above " + aim, ratio.median() > aim);
	}

	/** Adds a number that is to be zero. */
	public void none(String what, long number) {
		add(what, Table.figure(number, 0), "0", number == 0);
	}

	/** Adds a criterion without figures. */
	public void add(String what, String figure, String aim, boolean met) {
		this.criteria.add(new Criterion(what, figure, aim, met));
	}

	/** Counts the decisions of ours, and those that were made without Redis. */
	public void count(Results results) {
		for (Subject subject : results.subjects()) {
			if (subject.limits() && !subject.isPeer()) {
				count(results.title(), results.decisions(subject), results.failures(subject));
			}
		}
	}

	/** Counts decisions, and those that were made without Redis while it was well. */
	public void count(String where, long decisions, long failures) {
		this.decisions += decisions + failures;
		if (failures > 0) {
			this.failures.merge(where, failures, Long::sum);
		}
	}

	/** Prints a row for each, and returns whether all are met. */
	public boolean print() {
		if (this.decisions > 0) {
			long sum = this.failures.values().stream().mapToLong(Long::longValue).sum();
			add("decided without Redis while it was well", "%s of %s %s".formatted(Table.figure(sum, 0),
					Table.figure(this.decisions, 0), this.failures.isEmpty() ? "" : this.failures), "0", sum == 0);
		}
		Table table = new Table("Criteria", "", "criterion", "figure", "aim");
		this.criteria.forEach((criterion) -> table.row(criterion.met() ? "PASS" : "FAIL", criterion.what(),
				criterion.figure(), criterion.aim()));
		return this.criteria.stream().allMatch(Criterion::met);
	}

	private record Criterion(String what, String figure, String aim, boolean met) {

	}

}
