package io.github.ratelimit.benchmarks.outbound;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * How much of a provider's tokens is used and how many attempts it refuses, in virtual
 * time: the same on every machine.
 */
public final class OutboundTable {

	private OutboundTable() {
	}

	/**
	 * Prints the tables.
	 * @param args how many seeds, 5 by default; only cases whose names have this in them
	 */
	public static void main(String[] args) {
		int seeds = (args.length > 0) ? Integer.parseInt(args[0]) : 5;
		String filter = (args.length > 1) ? args[1] : "";
		System.out.println("| case | used of C + r T | 429 of attempts | failed calls |");
		System.out.println("|---|---|---|---|");
		for (List<Case> cases : List.of(Cases.reported(), Cases.fixedWindows(), Cases.restarts(), Cases.silent(),
				Cases.sharing(), Cases.others())) {
			cases.stream().filter((row) -> row.name().contains(filter)).forEach((row) -> print(row, seeds));
		}
		System.out.println();
		System.out.println("| halved and restored | used of C + r T | 429 of attempts | 429 in the minute after "
				+ "halving | used in the first, the second minute after restoring |");
		System.out.println("|---|---|---|---|---|");
		Cases.halved().stream().filter((row) -> row.name().contains(filter)).forEach((row) -> printHalved(row, seeds));
	}

	private static void print(Case row, int seeds) {
		List<Outcome> outcomes = row.run(seeds);
		System.out.println("| " + row.name() + " | " + used(row, outcomes) + " | " + throttled(row, outcomes) + " | "
				+ percent(worst(outcomes, Outcome::failedShare), 2) + " |");
	}

	private static void printHalved(Case row, int seeds) {
		List<Outcome> outcomes = row.run(seeds);
		String afterHalving = percent(worst(outcomes, (outcome) -> outcome.throttledShare(Cases.HALVED_AT)), 3);
		System.out.println("| " + row.name() + " | " + used(row, outcomes) + " | " + throttled(row, outcomes) + " | "
				+ afterHalving + " | " + percent(least(outcomes, (outcome) -> restored(outcome, 0)), 1) + ", "
				+ percent(least(outcomes, (outcome) -> restored(outcome, 1)), 1) + " |");
	}

	/** Returns the used part of what a minute after restoring offers. */
	private static double restored(Outcome outcome, int minute) {
		return outcome.windows().get(Cases.RESTORED_AT + minute).charged() / 500_000.0;
	}

	private static String used(Case row, List<Outcome> outcomes) {
		double used = least(outcomes, Outcome::used);
		return marked(percent(used, 1), used < row.leastUsed());
	}

	private static String throttled(Case row, List<Outcome> outcomes) {
		double throttled = worst(outcomes, Outcome::throttledShare);
		return marked(percent(throttled, 3), row.leastUsed() > 0 && throttled > Case.MOST_THROTTLED);
	}

	private static String marked(String figure, boolean missed) {
		return missed ? "**" + figure + "**, target missed" : figure;
	}

	private static double least(List<Outcome> outcomes, ToDoubleFunction<Outcome> figure) {
		return outcomes.stream().mapToDouble(figure).min().orElseThrow();
	}

	private static double worst(List<Outcome> outcomes, ToDoubleFunction<Outcome> figure) {
		return outcomes.stream().mapToDouble(figure).max().orElseThrow();
	}

	private static String percent(double share, int digits) {
		return String.format(Locale.ROOT, "%." + digits + "f%%", 100 * share);
	}

}
