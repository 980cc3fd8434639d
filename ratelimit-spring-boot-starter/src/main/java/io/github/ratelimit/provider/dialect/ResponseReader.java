package io.github.ratelimit.provider.dialect;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the values of one response, counts those that cannot be read, and collects the
 * limits.
 */
final class ResponseReader {

	/** From this value on a number in JSON is not exact. */
	static final long INEXACT = 1L << 53;

	/**
	 * With a smaller difference the clocks agree, and the local one is more exact than
	 * whole seconds.
	 */
	private static final Duration SAME_TIME = Duration.ofSeconds(2);

	private final ProviderResponse response;

	private final List<Quota> quotas = new ArrayList<>(4);

	private int ignored;

	private @Nullable Instant now;

	private @Nullable ErrorJson body;

	private @Nullable ErrorText text;

	ResponseReader(ProviderResponse response) {
		this.response = response;
	}

	int status() {
		return this.response.status();
	}

	/** Returns the first value of a header, null if there is none or it is empty. */
	@Nullable String header(String name) {
		String value = this.response.header(name);
		return (value != null && !value.isBlank()) ? value.strip() : null;
	}

	ErrorJson body() {
		if (this.body == null) {
			this.body = ErrorJson.of(this.response.body());
		}
		return this.body;
	}

	ErrorText text() {
		if (this.text == null) {
			this.text = new ErrorText(body().message());
		}
		return this.text;
	}

	long number(String header) {
		return numberOf(header(header));
	}

	/**
	 * Returns a number. From a list, as in {@code 1000, 1000;w=1}, it is the first.
	 * @param text the number, null if the response does not have it
	 * @return the number, {@link Quota#UNKNOWN} if it is missing, negative or unreadable
	 */
	long numberOf(@Nullable String text) {
		if (text == null) {
			return Quota.UNKNOWN;
		}
		int end = 0;
		while (end < text.length() && text.charAt(end) != ',' && text.charAt(end) != ';') {
			end++;
		}
		String first = text.substring(0, end).strip();
		boolean negative = first.startsWith("-");
		double number = DecimalParser.parse(negative ? first.substring(1) : first);
		if (!(number < INEXACT)) {
			ignore();
			return Quota.UNKNOWN;
		}
		return negative ? Quota.UNKNOWN : (long) number;
	}

	@Nullable Duration time(@Nullable String header) {
		return (header != null) ? timeOf(header(header)) : null;
	}

	/**
	 * Returns the time until a moment.
	 * @param text the moment or the time, null if the response does not have it
	 * @return the time, null if it is missing, negative or unreadable
	 */
	@Nullable Duration timeOf(@Nullable String text) {
		if (text == null) {
			return null;
		}
		boolean negative = text.startsWith("-");
		Duration time = TimeParser.until(negative ? text.substring(1) : text, now());
		if (time == null) {
			ignore();
		}
		return negative ? null : time;
	}

	/** Counts a value that cannot be read. */
	void ignore() {
		this.ignored++;
	}

	/**
	 * Returns the time by the provider's clock if the response has it and the local one
	 * differs.
	 */
	private Instant now() {
		Instant known = this.now;
		if (known == null) {
			known = timeOfResponse();
			this.now = known;
		}
		return known;
	}

	private Instant timeOfResponse() {
		Instant received = this.response.receivedAt();
		String date = header("date");
		Instant sent = (date != null) ? TimeParser.httpDate(date) : null;
		return (sent == null || Duration.between(sent, received).abs().compareTo(SAME_TIME) < 0) ? received : sent;
	}

	/**
	 * Adds a limit. Of several with the same dimension and window the scarcest is kept;
	 * one with an unknown window is replaced by one with a known window.
	 * @param quota the limit, null for none
	 */
	void add(@Nullable Quota quota) {
		if (quota == null) {
			return;
		}
		for (int i = 0; i < this.quotas.size(); i++) {
			Quota other = this.quotas.get(i);
			if (quota.dimension() == other.dimension()
					&& (quota.window() == null || other.window() == null || quota.window().equals(other.window()))) {
				this.quotas.set(i, merge(other, quota));
				return;
			}
		}
		this.quotas.add(quota);
	}

	private static Quota merge(Quota known, Quota added) {
		boolean scarcer = isScarcer(added, known);
		Quota best = scarcer ? added : known;
		Quota rest = scarcer ? known : added;
		return new Quota(best.dimension(), (best.limit() != Quota.UNKNOWN) ? best.limit() : rest.limit(),
				(best.remaining() != Quota.UNKNOWN) ? best.remaining() : rest.remaining(),
				(best.untilFull() != null) ? best.untilFull() : rest.untilFull(),
				(best.window() != null) ? best.window() : rest.window(), best.refill());
	}

	private static boolean isScarcer(Quota quota, Quota than) {
		return quota.remaining() != Quota.UNKNOWN
				&& (than.remaining() == Quota.UNKNOWN || quota.remaining() < than.remaining());
	}

	List<Quota> quotas() {
		return this.quotas;
	}

	ProviderSnapshot snapshot(@Nullable Throttle throttle) {
		return (this.quotas.isEmpty() && throttle == null && this.ignored == 0) ? ProviderSnapshot.EMPTY
				: new ProviderSnapshot(this.quotas, throttle, this.ignored);
	}

}
