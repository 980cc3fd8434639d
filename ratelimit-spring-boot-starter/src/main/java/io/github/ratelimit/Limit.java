package io.github.ratelimit;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * A named limit: one rate or several, all of which hold. A value; what it counts is kept
 * by the {@link LimitStore} under the limit's name and the caller's {@link Key}.
 * <p>
 * The rates are ordered by their periods, the shortest first, then by their permits.
 */
public final class Limit {

	/** The most characters that a name may have. */
	public static final int MAX_NAME_LENGTH = 128;

	private static final Comparator<Rate> BY_PERIOD = Comparator.comparing(Rate::period)
		.thenComparingLong(Rate::permits)
		.thenComparingLong(Rate::burst);

	private final String name;

	private final List<Rate> rates;

	private final long capacity;

	private Limit(String name, List<Rate> rates) {
		this.name = name;
		this.rates = rates;
		this.capacity = rates.stream().mapToLong(Rate::burst).min().orElseThrow();
	}

	/**
	 * Returns a limit.
	 * @param name letters, digits, {@code -}, {@code _} and {@code .}, at most 128 of
	 * them, all ASCII
	 * @param rates the rates, at least one; the same one twice counts once
	 * @return the limit
	 * @throws IllegalArgumentException if the name or the number of rates is out of range
	 */
	public static Limit of(String name, List<Rate> rates) {
		checkName(name);
		List<Rate> ordered = rates.stream().distinct().sorted(BY_PERIOD).toList();
		if (ordered.isEmpty()) {
			throw new IllegalArgumentException(
					"Limit '" + name + "' has no rate. Give it at least one, such as 10/min.");
		}
		return new Limit(name, ordered);
	}

	/**
	 * Returns a limit.
	 * @param name see {@link #of(String, List)}
	 * @param rates see {@link #of(String, List)}
	 * @return the limit
	 * @throws IllegalArgumentException if the name or the number of rates is out of range
	 */
	public static Limit of(String name, Rate... rates) {
		return of(name, List.of(rates));
	}

	private static void checkName(String name) {
		Objects.requireNonNull(name, "name");
		boolean valid = !name.isEmpty() && name.length() <= MAX_NAME_LENGTH
				&& name.chars().allMatch(Limit::isNameCharacter);
		if (!valid) {
			throw new IllegalArgumentException("'" + name + "' cannot name a limit. Use 1 to " + MAX_NAME_LENGTH
					+ " letters (a-z, A-Z), digits, '-', '_' or '.'.");
		}
	}

	private static boolean isNameCharacter(int c) {
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'
				|| c == '.';
	}

	/**
	 * Returns the name, unique among the limits of an application.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

	/**
	 * Returns the rates, the shortest period first.
	 * @return an unmodifiable list of at least one rate
	 */
	public List<Rate> rates() {
		return this.rates;
	}

	/**
	 * Returns the most permits that one call can ever get: the smallest burst of the
	 * rates.
	 * @return the capacity in permits, at least 1
	 */
	public long capacity() {
		return this.capacity;
	}

	@Override
	public boolean equals(Object other) {
		return this == other
				|| (other instanceof Limit that && this.name.equals(that.name) && this.rates.equals(that.rates));
	}

	@Override
	public int hashCode() {
		return this.name.hashCode();
	}

	@Override
	public String toString() {
		return this.name + " " + this.rates;
	}

}
