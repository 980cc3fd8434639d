package io.github.ratelimit.expression.spel;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

import org.jspecify.annotations.Nullable;

/**
 * Converts values to numbers of permits. A client that chooses the value must gain
 * nothing by invalid input, nor make the arithmetic expensive: a value that is no number
 * of permits counts as {@link #DEFAULT}.
 */
final class PermitConversion {

	/** The cost of a call without a valid cost. */
	static final long DEFAULT = 1;

	/** Returned for a value that is not a number of permits. */
	static final long NONE = -1;

	private static final int MAX_TEXT_LENGTH = 64;

	private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE);

	private PermitConversion() {
	}

	/**
	 * Returns the permits that a call has to pay.
	 * @param value a number or the text of one; anything else is no number
	 * @return whole permits, fractions rounded up, saturated
	 */
	static long of(@Nullable Object value) {
		long permits = read(value);
		return (permits >= 0) ? permits : DEFAULT;
	}

	/**
	 * Returns the permits that a call has actually cost. Libraries report 0 if they do
	 * not know the usage, so 0 is not a cost.
	 * @param value a number or the text of one; anything else is no number
	 * @return whole permits, at least 1, fractions rounded up, saturated; {@link #NONE}
	 * if the value is no number, 0 or negative
	 */
	static long actual(@Nullable Object value) {
		long permits = read(value);
		return (permits > 0) ? permits : NONE;
	}

	/** Returns the permits, {@link #NONE} also for a negative number. */
	private static long read(@Nullable Object value) {
		if (value instanceof BigDecimal decimal) {
			return ofDecimal(decimal);
		}
		if (value instanceof BigInteger integer) {
			return ofDecimal(new BigDecimal(integer));
		}
		if (value instanceof Number number) {
			return ofNumber(number);
		}
		if (value instanceof CharSequence text) {
			return ofText(text);
		}
		Object unwrapped = (value != null) ? KeyTextConversion.unwrap(value) : null;
		return (unwrapped != value) ? read(unwrapped) : NONE;
	}

	private static long ofNumber(Number number) {
		double permits = number.doubleValue();
		if (Double.isNaN(permits) || permits < 0) {
			return NONE;
		}
		long whole = number.longValue();
		return ((double) whole == permits) ? whole : (long) Math.ceil(permits);
	}

	/** Never scales a number whose exponent is out of range: that would fill memory. */
	private static long ofDecimal(BigDecimal permits) {
		if (permits.signum() <= 0) {
			return (permits.signum() == 0) ? 0 : NONE;
		}
		if (permits.compareTo(MAX) >= 0) {
			return Long.MAX_VALUE;
		}
		if (permits.compareTo(BigDecimal.ONE) <= 0) {
			return 1;
		}
		return permits.setScale(0, RoundingMode.CEILING).longValueExact();
	}

	private static long ofText(CharSequence sequence) {
		if (sequence.length() > MAX_TEXT_LENGTH) {
			return NONE;
		}
		BigDecimal number = decimal(sequence.toString().strip());
		return (number != null) ? ofDecimal(number) : NONE;
	}

	/**
	 * Returns the number in a text.
	 * @param text a decimal number, with or without an exponent
	 * @return the number, null if the text is none
	 */
	static @Nullable BigDecimal decimal(String text) {
		boolean digit = false;
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			digit |= (c >= '0' && c <= '9');
			if ((c < '0' || c > '9') && "+-.eE".indexOf(c) < 0) {
				return null;
			}
		}
		try {
			return digit ? new BigDecimal(text) : null;
		}
		catch (NumberFormatException ex) {
			return null;
		}
	}

}
