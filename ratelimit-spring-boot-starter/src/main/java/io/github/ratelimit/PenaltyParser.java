package io.github.ratelimit;

import java.time.Duration;

/** Reads {@code <number> denials in <period> for <period>}. */
final class PenaltyParser {

	private static final String FORM = "Write <number> denials in <period> for <period>, for example "
			+ "20 denials in 10min for 1h.";

	private final String text;

	private PenaltyParser(String text) {
		this.text = text;
	}

	static Penalty parse(String text) {
		return new PenaltyParser(text.strip()).parse();
	}

	private Penalty parse() {
		if (this.text.isEmpty()) {
			throw refuse("is empty", FORM);
		}
		String[] words = this.text.split("\\s+");
		if (words.length != 6 || !(words[1].equals("denials") || words[1].equals("denial")) || !words[2].equals("in")
				|| !words[4].equals("for")) {
			throw refuse("does not say after how many denials, in what time and for how long", FORM);
		}
		long denials = denials(words[0]);
		Duration within = PeriodUnit.parse(words[3], "", this::refuse);
		Duration ban = PeriodUnit.parse(words[5], "", this::refuse);
		try {
			return new Penalty(denials, within, ban);
		}
		catch (InvalidRateException ex) {
			throw refuse(ex.problem(), ex.remedy());
		}
	}

	private long denials(String digits) {
		long denials = 0;
		try {
			denials = Long.parseLong(digits);
		}
		catch (NumberFormatException ex) {
			throw refuse("has '" + digits + "' as its denials", "Write a whole number in digits, without separators.");
		}
		if (denials < 1 || denials > Limit.MAX_LOG_PERMITS) {
			throw refuse("has " + denials + " as its denials", "Write a number from 1 to " + Limit.MAX_LOG_PERMITS
					+ ": each denial is remembered until its time is over.");
		}
		return denials;
	}

	private InvalidRateException refuse(String problem, String remedy) {
		return new InvalidRateException("Penalty", this.text, problem, remedy);
	}

}
