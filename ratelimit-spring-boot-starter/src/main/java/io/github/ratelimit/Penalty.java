package io.github.ratelimit;

import java.time.Duration;
import java.util.Objects;

/**
 * The ban of a key that is refused too often: all its calls are refused for a time.
 *
 * @param denials with how many refusals the ban begins, from 1 to
 * {@link Limit#MAX_LOG_PERMITS}
 * @param within the time in which they have to occur, whole milliseconds, at least one
 * @param ban how long the ban lasts, whole milliseconds, at least one
 */
public record Penalty(long denials, Duration within, Duration ban) {

	/** The most characters that the name of a limit with a penalty may have. */
	public static final int MAX_NAME_LENGTH = Limit.MAX_NAME_LENGTH - "..denials".length();

	/**
	 * Creates a penalty.
	 * @throws IllegalArgumentException if a number is out of range
	 */
	public Penalty {
		Objects.requireNonNull(within, "within");
		Objects.requireNonNull(ban, "ban");
		if (denials < 1 || denials > Limit.MAX_LOG_PERMITS) {
			throw new IllegalArgumentException("A ban after " + denials + " denials cannot be counted. Write 1 to "
					+ Limit.MAX_LOG_PERMITS + " denials.");
		}
		Rate.of(denials, within);
		Rate.of(1, ban);
	}

	/**
	 * Reads a penalty, for example {@code 20 denials in 10min for 1h}.
	 * @param text how many denials in what time begin a ban, and for how long; the times
	 * are written as the periods of a {@link Rate}
	 * @return the penalty
	 * @throws InvalidRateException if the text is no penalty, or its numbers are out of
	 * range
	 */
	public static Penalty parse(String text) {
		return PenaltyParser.parse(text);
	}

	/**
	 * Returns the penalty as {@link #parse} reads it, in its shortest form.
	 * @return for example {@code 20 denials in 10min for 1h}
	 */
	@Override
	public String toString() {
		return this.denials + ((this.denials == 1) ? " denial in " : " denials in ") + text(this.within) + " for "
				+ text(this.ban);
	}

	private static String text(Duration time) {
		String period = PeriodUnit.format(time);
		return Character.isDigit(period.charAt(0)) ? period : "1" + period;
	}

}
