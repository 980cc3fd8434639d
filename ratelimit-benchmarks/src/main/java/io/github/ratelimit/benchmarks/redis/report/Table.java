package io.github.ratelimit.benchmarks.redis.report;

import java.util.Locale;

/** Prints a table as Markdown writes it, row by row. */
public final class Table {

	/** Prints a title and the head. */
	public Table(String title, String... heads) {
		System.out.printf("%n%s%n%n", title);
		row((Object[]) heads);
		System.out.println("|---".repeat(heads.length) + "|");
	}

	/** Prints a row. */
	public void row(Object... cells) {
		StringBuilder row = new StringBuilder("|");
		for (Object cell : cells) {
			row.append(' ').append(cell).append(" |");
		}
		System.out.println(row);
	}

	/** Returns a figure with so many digits after the point, and thousands marked. */
	public static String figure(double value, int digits) {
		return String.format(Locale.ROOT, "%,." + digits + "f", value);
	}

	/** Returns nanoseconds as milliseconds. */
	public static String millis(double nanos) {
		return figure(nanos / 1e6, 3);
	}

}
