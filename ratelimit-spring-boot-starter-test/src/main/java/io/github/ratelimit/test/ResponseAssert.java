package io.github.ratelimit.test;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/** Assertions about a response that limits may have refused. */
public final class ResponseAssert extends AbstractAssert<ResponseAssert, HttpResponse> {

	private static final int TOO_MANY_REQUESTS = 429;

	private static final String STATE_OF_LIMITS = "RateLimit";

	private static final Pattern VIOLATED = Pattern.compile("\"violated-policies\"\\s*:\\s*\\[([^]]*)]");

	/** The policy of one of several rates has its number behind the name. */
	private static final Pattern POLICY = Pattern.compile("\"([^\";]+)(?:;\\d+)?\"");

	/** The message of a refusal, which all other styles of bodies have. */
	private static final Pattern MESSAGE = Pattern
		.compile("Rate limits? ('[^']+'(?:, '[^']+')*) (?:(?:is|are) exceeded|(?:was|were) exceeded too often)");

	private static final Pattern QUOTED = Pattern.compile("'([^']+)'");

	private static final Pattern WITHOUT_PERMITS = Pattern.compile(POLICY + ";r=0");

	ResponseAssert(HttpResponse actual) {
		super(actual, ResponseAssert.class);
	}

	/**
	 * Verifies that no limit refused the request: its status is any but 429.
	 * @return this assertion
	 */
	public ResponseAssert isNotRefused() {
		if (this.actual.status() == TOO_MANY_REQUESTS) {
			failWithMessage("Expected the request to be allowed, but it was refused: %s", this.actual);
		}
		return this;
	}

	/**
	 * Verifies that a limit refused the request, with the status 429 and a retry-after.
	 * @return this assertion
	 */
	public ResponseAssert isRefused() {
		if (this.actual.status() != TOO_MANY_REQUESTS) {
			failWithMessage("Expected the request to be refused with the status 429, but it was not: %s", this.actual);
		}
		if (retryAfter() == null) {
			failWithMessage("Expected a Retry-After in seconds with the status 429: %s", this.actual);
		}
		return this;
	}

	/**
	 * Verifies that exactly these limits refused the request. The body names them,
	 * whether it is one of {@code problem}, {@code openai} or {@code anthropic}, except
	 * limits with {@code hide-headers}. If it names none, as with
	 * {@code ratelimit.http.body: none}, the limits are compared that have no permits
	 * left by the header {@code RateLimit} of {@code draft-11}: they refuse all calls
	 * that cost one permit, but one of them may have admitted this call with its last
	 * permit.
	 * @param limits names of limits
	 * @return this assertion
	 */
	public ResponseAssert isRefusedBy(String... limits) {
		isRefused();
		Set<String> expected = new TreeSet<>(Set.of(limits));
		Set<String> inBody = namedInBody();
		Set<String> names = (inBody != null) ? inBody
				: names(WITHOUT_PERMITS, String.join(", ", this.actual.headers().getOrEmpty(STATE_OF_LIMITS)));
		if (inBody == null && names.isEmpty()) {
			failWithMessage("Expected the limits that refused the request to be named, but neither does the body name "
					+ "one nor does a header RateLimit have one without permits. Use isRefused(), or let the "
					+ "application have ratelimit.http.body: problem. %s", this.actual);
		}
		if (!names.equals(expected)) {
			failWithMessage("Expected the request to be refused by %s, but %s %s: %s", expected,
					(inBody != null) ? "it was refused by" : "the limits without permits in the header RateLimit are",
					names, this.actual);
		}
		return this;
	}

	/** Returns the limits that the body names, null if it is one that names none. */
	private @Nullable Set<String> namedInBody() {
		Matcher violated = VIOLATED.matcher(this.actual.body());
		if (violated.find()) {
			return names(POLICY, violated.group(1));
		}
		Matcher message = MESSAGE.matcher(this.actual.body());
		return message.find() ? names(QUOTED, message.group(1)) : null;
	}

	private static Set<String> names(Pattern pattern, String text) {
		Set<String> names = new TreeSet<>();
		pattern.matcher(text).results().forEach((match) -> names.add(match.group(1)));
		return names;
	}

	/**
	 * Verifies the {@code Retry-After} of a refusal.
	 * @param expected the time, rounded up to seconds as the header is
	 * @return this assertion
	 */
	public ResponseAssert hasRetryAfter(Duration expected) {
		isRefused();
		long seconds = expected.plusSeconds(1).minusNanos(1).toSeconds();
		if (!Long.valueOf(seconds).equals(retryAfter())) {
			failWithMessage("Expected a Retry-After of %s s, but it was %s s: %s", seconds, retryAfter(), this.actual);
		}
		return this;
	}

	private @Nullable Long retryAfter() {
		String value = this.actual.headers().getFirst(HttpHeaders.RETRY_AFTER);
		return (value != null && value.matches("\\d{1,18}")) ? Long.valueOf(value) : null;
	}

}
