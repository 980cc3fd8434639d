package io.github.ratelimit.provider;

import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.LimitUnit;
import io.github.ratelimit.Rate;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * {@code draft-11}: {@code RateLimit-Policy} and {@code RateLimit} of
 * draft-ietf-httpapi-ratelimit-headers-11, with one item for each rate of each limit.
 * <p>
 * A token bucket has no window. Its quota {@code q} is its capacity and its {@code w} the
 * time in which it fills, so that {@code q} in {@code w} seconds is the rate itself and
 * {@code r} never exceeds {@code q}: {@code 60/min burst 90} reads {@code q=90;w=90}. If
 * that time is not a whole number of seconds, {@code w} is omitted.
 * <p>
 * {@code t} is the time until there is more quota than {@code r}, whether the call was
 * refused or not; never beyond the wait of a refusal, since Retry-After should not end
 * before it. It is 0 if the quota is full, and omitted if the store does not report it.
 * <p>
 * A limit in tokens has them as its quota unit. A limit of concurrent calls has the quota
 * unit {@code concurrent-requests} and neither {@code w} nor {@code t}, since the end of
 * a call is unknown.
 */
final class Draft11Headers implements HeaderStyle {

	private static final String POLICY = "RateLimit-Policy";

	private static final String STATE = "RateLimit";

	/** The greatest Integer of a structured field (RFC 9651, 3.3.1). */
	private static final long MAX_INTEGER = 999_999_999_999_999L;

	/** Bounds the texts of limits whose rates change. */
	private static final int MAX_TEXTS = 10_000;

	private static final List<String> NAMES = List.of(POLICY, STATE);

	/** One for each limit of the application, and for each plan. */
	private final ConcurrentMap<Limit, Texts> texts = new ConcurrentHashMap<>();

	@Override
	public String name() {
		return "draft-11";
	}

	@Override
	public Collection<String> headerNames() {
		return NAMES;
	}

	@Override
	public void write(List<LimitDecision> limits, Headers headers) {
		String policies = "";
		StringBuilder state = new StringBuilder(64 * limits.size());
		for (int i = 0; i < limits.size(); i++) {
			LimitDecision decision = limits.get(i);
			Texts limitTexts = textsOf(decision.limit());
			policies = (i > 0) ? policies + ", " + limitTexts.policy : limitTexts.policy;
			limitTexts.appendState(state.append((i > 0) ? ", " : ""), decision);
		}
		headers.set(POLICY, policies);
		headers.set(STATE, state.toString());
	}

	private Texts textsOf(Limit limit) {
		Texts known = this.texts.get(limit);
		if (known != null) {
			return known;
		}
		if (this.texts.size() >= MAX_TEXTS) {
			this.texts.clear();
		}
		Texts created = new Texts(limit);
		this.texts.put(limit, created);
		return created;
	}

	/**
	 * Appends an Integer of a structured field, which is not negative here and cut to the
	 * 15 digits that one may have.
	 */
	static void appendInteger(StringBuilder to, long value) {
		to.append(Math.max(0, Math.min(MAX_INTEGER, value)));
	}

	/**
	 * Appends a String of a structured field (RFC 9651, 3.3.3); a character that it
	 * cannot contain becomes a question mark.
	 */
	static void appendString(StringBuilder to, String text) {
		to.append('"');
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (c < ' ' || c > '~') {
				to.append('?');
			}
			else {
				if (c == '"' || c == '\\') {
					to.append('\\');
				}
				to.append(c);
			}
		}
		to.append('"');
	}

	/** The parts that stay the same while a limit has the same rates. */
	private static final class Texts {

		private final String policy;

		private final boolean timed;

		/** For each rate in order, for example {@code "chat";r=}. */
		private final String[] stateHeads;

		Texts(Limit limit) {
			this.timed = !limit.isConcurrency();
			this.stateHeads = new String[limit.quotas()];
			StringBuilder all = new StringBuilder();
			for (int i = 0; i < limit.quotas(); i++) {
				StringBuilder name = new StringBuilder();
				appendString(name, PolicyNames.of(limit, i));
				all.append((i > 0) ? ", " : "").append(name);
				appendInteger(all.append(";q="), limit.quota(i));
				all.append(unit(limit)).append(this.timed ? window(limit.rates().get(i)) : "");
				this.stateHeads[i] = name + ";r=";
			}
			this.policy = all.toString();
		}

		/** Requests are the default unit, which is omitted. */
		private static String unit(Limit limit) {
			if (limit.isConcurrency()) {
				return ";qu=\"concurrent-requests\"";
			}
			return (limit.unit() == LimitUnit.TOKENS) ? ";qu=\"tokens\"" : "";
		}

		private static String window(Rate rate) {
			Duration window = rate.timeToFull();
			StringBuilder text = new StringBuilder();
			if (window.getNano() == 0) {
				appendInteger(text.append(";w="), window.getSeconds());
			}
			return text.toString();
		}

		void appendState(StringBuilder to, LimitDecision decision) {
			for (int rate = 0; rate < this.stateHeads.length; rate++) {
				to.append((rate > 0) ? ", " : "").append(this.stateHeads[rate]);
				appendInteger(to, decision.remaining(rate));
				Duration more = this.timed ? decision.moreAfter(rate) : null;
				if (more != null) {
					appendInteger(to.append(";t="), effectiveWindow(decision, rate, more));
				}
			}
		}

		private static long effectiveWindow(LimitDecision decision, int rate, Duration more) {
			boolean beyond = decision.isViolated(rate) && more.compareTo(decision.retryAfter()) > 0;
			return LimitRemainingResetHeaders.seconds(beyond ? decision.retryAfter() : more);
		}

	}

}
