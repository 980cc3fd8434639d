package io.github.ratelimit.provider.dialect;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads when a request may be repeated. */
final class RetryAfterReader {

	private RetryAfterReader() {
	}

	/**
	 * Returns the wait that the provider asks for: in {@code retry-after-ms}, otherwise
	 * in {@code Retry-After}, otherwise in the text of the error; otherwise the end of
	 * the window of a limit that is used up.
	 * @param response the response, its limits read
	 * @param further further headers with the wait
	 * @return the wait, null if it is not reported
	 */
	static @Nullable Duration retryAfter(ResponseReader response, List<String> further) {
		Duration wait = millis(response);
		wait = (wait != null) ? wait : response.time("retry-after");
		wait = (wait != null) ? wait : response.text().retryAfter();
		for (String header : further) {
			wait = (wait != null) ? wait : response.time(header);
		}
		for (Quota quota : response.quotas()) {
			if (wait == null && quota.remaining() == 0 && quota.refill() == Refill.FIXED_WINDOW) {
				wait = quota.untilFull();
			}
		}
		return wait;
	}

	private static @Nullable Duration millis(ResponseReader response) {
		String text = response.header("retry-after-ms");
		if (text == null) {
			return null;
		}
		Duration wait = TimeParser.bounded(DecimalParser.parse(text) / 1000);
		if (wait == null) {
			response.ignore();
		}
		return wait;
	}

	/** Returns whether the provider asks not to repeat the request. */
	static boolean isRetryRefused(ResponseReader response) {
		return "false".equalsIgnoreCase(response.header("x-should-retry"));
	}

}
