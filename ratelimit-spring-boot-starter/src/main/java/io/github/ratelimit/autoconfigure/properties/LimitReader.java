package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.InvalidRateException;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitBuilder;
import io.github.ratelimit.LimitUnit;
import io.github.ratelimit.Penalty;
import io.github.ratelimit.Rate;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties.LimitProperties;
import io.github.ratelimit.expression.KeyExpression;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads a limit from its properties, except for its expressions: rates, algorithm,
 * waiting, debt, bans, lease, and the rates of each plan. A contradiction fails with the
 * name of the property that has to change.
 */
final class LimitReader {

	private static final String UNBOUNDED = "none";

	/**
	 * An instance takes at most an eighth of what is left, so a smaller limit does not
	 * benefit.
	 */
	private static final long LEAST_CAPACITY_OF_A_LEASE = 100;

	private final String name;

	private final LimitProperties properties;

	private final Algorithm algorithm;

	/**
	 * Creates it.
	 * @param name the name of the limit
	 * @param properties its properties
	 */
	LimitReader(String name, LimitProperties properties) {
		this.name = name;
		this.properties = properties;
		this.algorithm = (properties.maxConcurrent() != null) ? Algorithm.CONCURRENCY
				: Algorithm.valueOf(properties.algorithm().name());
	}

	/**
	 * Returns the limit.
	 * @param meant what may be meant if there is neither a rate nor a number of calls
	 * @throws InvalidConfigurationException for the first property that cannot be
	 */
	Limit limit(String meant) {
		LimitBuilder builder = Limit.named(this.name)
			.unit(this.properties.unit())
			.costed(this.properties.cost() != null || this.properties.settle() != null);
		Long maxConcurrent = this.properties.maxConcurrent();
		if (maxConcurrent != null) {
			checkConcurrency(maxConcurrent);
			return builder.maxConcurrent(maxConcurrent).build();
		}
		checkTogether();
		builder.algorithm(this.algorithm).segments(segments());
		Duration maxWait = this.properties.maxWait();
		if (maxWait != null) {
			builder.maxWait(maxWait,
					Objects.requireNonNullElse(this.properties.maxWaiting(), Limit.DEFAULT_MAX_WAITING));
		}
		Long maxDebt = maxDebt();
		if (maxDebt != null) {
			builder.maxDebt(maxDebt);
		}
		List<Rate> rates = rates(property("rate"), this.properties.rate());
		if (rates.isEmpty()) {
			throw invalid("rate", "", "is missing or empty",
					"Write how many calls in how much time, for example 10/min, "
							+ "or as max-concurrent how many at once." + meant);
		}
		return builder.rates(rates).build();
	}

	/**
	 * Returns the limit in the form of each plan.
	 * @param own the limit
	 * @throws InvalidConfigurationException for the first plan that cannot be
	 */
	Map<String, Limit> plans(Limit own) {
		Map<String, Limit> limits = new LinkedHashMap<>();
		this.properties.plans().forEach((plan, texts) -> {
			String property = property("plans." + plan);
			if (own.isConcurrency()) {
				limits.put(plan, own.withMaxConcurrent(slots(property, texts)));
			}
			else {
				List<Rate> rates = rates(property, texts);
				if (rates.isEmpty()) {
					throw new InvalidConfigurationException(property, "", "is empty",
							"Write the rate of the plan, for example 600/min.");
				}
				limits.put(plan, own.withRates(rates));
			}
		});
		return limits;
	}

	private void checkConcurrency(long maxConcurrent) {
		if (!this.properties.rate().isEmpty()) {
			throw invalid("max-concurrent", Long.toString(maxConcurrent),
					"is set together with a rate, but a limit counts either calls in a period or calls in flight",
					"Make two limits of it, one with the rate and one with max-concurrent, and name both where this one "
							+ "is named.");
		}
		boolean bucket = this.properties.algorithm() == RateLimitProperties.Algorithm.TOKEN_BUCKET;
		refuseWithoutRate("algorithm", bucket ? null : Algorithm.valueOf(this.properties.algorithm().name()));
		refuseWithoutRate("segments", this.properties.segments());
		refuseWithoutRate("max-wait", this.properties.maxWait());
		refuseWithoutRate("max-waiting", this.properties.maxWaiting());
		refuseWithoutRate("max-debt", this.properties.maxDebt());
		refuseWithoutRate("unit", this.properties.unit());
	}

	private void refuseWithoutRate(String setting, @Nullable Object value) {
		if (value != null) {
			throw invalid(setting, text(value),
					"applies to limits with a rate, but this limit counts calls in flight (max-concurrent)",
					"Remove it.");
		}
	}

	private void checkTogether() {
		Integer segments = this.properties.segments();
		if (segments != null && this.algorithm != Algorithm.SLIDING_WINDOW) {
			throw invalid("segments", segments.toString(),
					"applies to a sliding-window, but the algorithm is " + this.algorithm,
					"Remove it, or write algorithm: sliding-window.");
		}
		Duration maxWait = this.properties.maxWait();
		if (maxWait != null && this.algorithm != Algorithm.TOKEN_BUCKET) {
			throw invalid("max-wait", DurationText.of(maxWait),
					"queues calls, which a " + this.algorithm + " cannot do",
					"Remove it, or write algorithm: token-bucket.");
		}
		Integer maxWaiting = this.properties.maxWaiting();
		if (maxWaiting != null && maxWait == null) {
			throw invalid("max-waiting", maxWaiting.toString(), "has no effect without max-wait",
					"Write how long a call may wait, for example max-wait: 2s, or remove it.");
		}
	}

	private int segments() {
		return Objects.requireNonNullElse(this.properties.segments(), Limit.DEFAULT_SEGMENTS);
	}

	private @Nullable Long maxDebt() {
		String text = this.properties.maxDebt();
		if (text == null) {
			return null;
		}
		String value = text.strip();
		boolean unbounded = value.equalsIgnoreCase(UNBOUNDED);
		if (unbounded && (this.algorithm == Algorithm.SLIDING_WINDOW_COUNTER
				|| this.algorithm == Algorithm.SLIDING_WINDOW_LOG)) {
			throw invalid("max-debt", value, "is more than a " + this.algorithm + " can remember",
					"Write a number of permits up to those of the rate, or another algorithm.");
		}
		long permits = unbounded ? Limit.UNBOUNDED_DEBT : number(value);
		if (permits < 0) {
			throw invalid("max-debt", value, value.isEmpty() ? "is empty" : "is not a number of permits",
					"Write 0 or a positive whole number, or none to forgive nothing; by default it is the capacity.");
		}
		return permits;
	}

	/** Returns a whole number, -1 for any other text. */
	private static long number(String text) {
		try {
			return Long.parseLong(text);
		}
		catch (NumberFormatException ex) {
			return -1;
		}
	}

	private List<Rate> rates(String property, List<String> texts) {
		List<Rate> rates = new ArrayList<>();
		for (int i = 0; i < texts.size(); i++) {
			String element = (texts.size() > 1) ? property + "[" + i + "]" : property;
			try {
				for (Rate rate : Rate.parseAll(texts.get(i))) {
					check(element, rate);
					rates.add(rate);
				}
			}
			catch (InvalidRateException ex) {
				throw new InvalidConfigurationException(element, ex.value(), ex.problem(), remedy(ex, texts, i));
			}
		}
		if (rates.stream().distinct().count() > 1 && this.properties.maxWait() != null) {
			throw new InvalidConfigurationException(property,
					rates.stream().map(Rate::toString).collect(Collectors.joining(", ")),
					"has several rates, but max-wait spaces calls evenly at one rate: the slowest would decide",
					"Write one rate, or remove max-wait.");
		}
		return rates;
	}

	private static String remedy(InvalidRateException failure, List<String> texts, int index) {
		if (!AllowedValues.isNumber(failure.value())) {
			return failure.remedy();
		}
		String next = (index + 1 < texts.size()) ? texts.get(index + 1).strip() : "";
		return next.matches("\\d{3}\\D.*") ? "Write " + failure.value() + next + ": a comma separates rates."
				: failure.remedy() + " If it is written otherwise, put it in quotes: "
						+ "YAML reads a plain 5:30 as the number 330.";
	}

	private void check(String property, Rate rate) {
		boolean bucket = this.algorithm == Algorithm.TOKEN_BUCKET;
		boolean waits = this.properties.maxWait() != null;
		if (rate.burst() != rate.permits() && (!bucket || waits)) {
			throw new InvalidConfigurationException(property, rate.toString(), "has a burst, but "
					+ (bucket ? "max-wait spaces calls evenly" : "a " + this.algorithm + " does not save up permits"),
					"Leave the burst out: " + rate.withBurst(rate.permits()) + ".");
		}
		if (this.algorithm == Algorithm.SLIDING_WINDOW && !Limit.canDivide(rate, segments())) {
			throw new InvalidConfigurationException(property, rate.toString(),
					"has a period that cannot be divided exactly into " + segments() + " segments",
					"Shorten the period, or write fewer segments.");
		}
		if (this.algorithm == Algorithm.SLIDING_WINDOW_LOG && rate.permits() > Limit.MAX_LOG_PERMITS) {
			throw new InvalidConfigurationException(property, rate.toString(),
					"has more permits than the " + Limit.MAX_LOG_PERMITS + " calls that a sliding-window-log remembers",
					"Lower the permits, or write algorithm: sliding-window.");
		}
	}

	private static long slots(String property, List<String> texts) {
		String text = String.join(", ", texts).strip();
		long slots = number(text);
		if (slots < 1 || slots > Rate.MAX_PERMITS) {
			throw new InvalidConfigurationException(property, text,
					text.isEmpty() ? "is empty" : "is not a number of calls in flight, which the limit counts",
					"Write how many calls may be in flight at once, such as 20.");
		}
		return slots;
	}

	/**
	 * Returns how long an instance may hold permits that it takes in advance.
	 * @param limit the limit
	 * @param store where permits are kept
	 * @return null for none
	 */
	@Nullable Duration lease(Limit limit, RateLimitProperties.Store store) {
		Duration lease = this.properties.lease();
		if (lease == null) {
			return null;
		}
		String value = DurationText.of(lease);
		if (store != RateLimitProperties.Store.REDIS) {
			throw invalid("lease", value, "applies to permits that instances share, but ratelimit.store is memory",
					"Remove it, or write ratelimit.store: redis.");
		}
		if (limit.algorithm() != Algorithm.TOKEN_BUCKET || limit.isPaced()) {
			throw invalid("lease", value,
					"takes permits in advance, which only a token bucket without max-wait supports: the limit '"
							+ this.name + "' is "
							+ (limit.isPaced() ? "one with max-wait"
									: (limit.isConcurrency() ? "one of calls at once" : "a " + limit.algorithm())),
					"Remove it.");
		}
		if (limit.capacity() < LEAST_CAPACITY_OF_A_LEASE) {
			throw invalid("lease", value,
					"would be of no use: the limit '" + this.name + "' holds at most " + limit.capacity()
							+ " permits, and an instance takes no more than an eighth of what is left in advance",
					"Remove it. It needs a limit that holds at least " + LEAST_CAPACITY_OF_A_LEASE + " permits.");
		}
		return lease;
	}

	/** Returns when keys are banned, null for never. */
	@Nullable Penalty penalty(List<KeyExpression> keys) {
		String text = this.properties.banAfter();
		if (text == null) {
			return null;
		}
		Penalty penalty;
		try {
			penalty = Penalty.parse(text);
		}
		catch (InvalidRateException ex) {
			throw invalid("ban-after", ex.value(), ex.problem(), ex.remedy());
		}
		if (keys.stream().anyMatch((key) -> key.source().kind().equals(Key.GLOBAL_KIND))) {
			throw invalid("ban-after", text.strip(),
					"would ban all callers at once: the limit has global among its keys",
					"Remove it, or count by a key that distinguishes callers.");
		}
		if (this.name.length() > Penalty.MAX_NAME_LENGTH) {
			throw invalid("ban-after", text.strip(),
					"needs a limit with a shorter name, because refusals and bans are counted under names derived from it",
					"Shorten the limit's name to at most " + Penalty.MAX_NAME_LENGTH + " characters.");
		}
		return penalty;
	}

	private String property(String setting) {
		return LimitDefinitions.PREFIX + this.name + "." + setting;
	}

	private InvalidConfigurationException invalid(String setting, String value, String problem, String remedy) {
		return new InvalidConfigurationException(property(setting), value, problem, remedy);
	}

	private static String text(Object value) {
		if (value instanceof Duration duration) {
			return DurationText.of(duration);
		}
		return (value instanceof LimitUnit unit) ? unit.name().toLowerCase(Locale.ROOT) : value.toString();
	}

}
