package io.github.ratelimit.store.memory;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.WorstCaseTable;

/** Prints the worst that was found of each algorithm, as the reference quotes it. */
final class WorstCaseFigures {

	private WorstCaseFigures() {
	}

	/**
	 * Searches longer than the tests do.
	 * @param args how many patterns are tried for each limit, 20,000 by default
	 */
	public static void main(String[] args) {
		int patterns = (args.length > 0) ? Integer.parseInt(args[0]) : 20_000;
		StoreFixture fixture = (time) -> new MemoryStore(time, 10_000);
		System.out.print(new WorstCaseTable(fixture, patterns).of(Algorithm.values()));
	}

}
