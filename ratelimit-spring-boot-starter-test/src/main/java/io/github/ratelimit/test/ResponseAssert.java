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

	private static final Pattern VIOLATED = Pattern.compile("\"violated-policies\"\\s*:\\s*\\[([^]]*)]");

	/** The policy of one of several rates has its number behind the name. */
	private static final Pattern POLICY = Pattern.compile("\"([^\";]+)(?:;\\d+)?\"");

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
	 * Verifies that exactly these limits refused the request. Only a body with problem
	 * details names them ({@code ratelimit.http.body: problem}), except limits with
	 * {@code hide-headers}.
	 * @param limits names of limits
	 * @return this assertion
	 */
	public ResponseAssert isRefusedBy(String... limits) {
		isRefused();
		Matcher violated = VIOLATED.matcher(this.actual.body());
		if (!violated.find()) {
			failWithMessage("Expected limits to be named in the body, but it is not one of the style 'problem': %s",
					this.actual);
		}
		Set<String> expected = new TreeSet<>(Set.of(limits));
		Set<String> names = new TreeSet<>();
		POLICY.matcher(violated.group(1)).results().forEach((policy) -> names.add(policy.group(1)));
		if (!names.equals(expected)) {
			failWithMessage("Expected the request to be refused by %s, but it was refused by %s: %s", expected, names,
					this.actual);
		}
		return this;
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
