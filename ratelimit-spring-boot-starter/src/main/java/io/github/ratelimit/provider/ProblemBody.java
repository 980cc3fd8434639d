package io.github.ratelimit.provider;

import java.util.stream.Collectors;

/**
 * {@code problem}: problem details (RFC 9457). A 429 has the registered type
 * {@code quota-exceeded}, that of a ban {@code abnormal-usage-detected}, a 503
 * {@code temporary-reduced-capacity}, all of draft-ietf-httpapi-ratelimit-headers-11;
 * other statuses have no type.
 */
final class ProblemBody implements BodyStyle {

	private static final String REGISTERED = "https://iana.org/assignments/http-problem-types#";

	private static final String QUOTA_EXCEEDED = REGISTERED + "quota-exceeded";

	private static final String REDUCED_CAPACITY = REGISTERED + "temporary-reduced-capacity";

	private static final String ABNORMAL_USAGE = REGISTERED + "abnormal-usage-detected";

	private static final String NO_TYPE = "about:blank";

	@Override
	public String name() {
		return "problem";
	}

	@Override
	public Body body(Refusal refusal) {
		String text = switch (refusal.reason()) {
			case LIMIT_EXCEEDED -> problem(QUOTA_EXCEEDED, "Quota exceeded", refusal) + policies(refusal);
			case BANNED -> problem(ABNORMAL_USAGE, "Abnormal usage detected", refusal) + policies(refusal);
			case TOO_LARGE -> problem(NO_TYPE, "Content Too Large", refusal) + policies(refusal);
			case MISSING_KEY -> problem(NO_TYPE, "Forbidden", refusal);
			case UNAVAILABLE -> problem(REDUCED_CAPACITY, "Temporary reduced capacity", refusal) + policies(refusal);
		};
		return new Body("application/problem+json", text + "}");
	}

	private static String problem(String type, String title, Refusal refusal) {
		return "{\"type\":" + JsonWriter.string(type) + ",\"title\":" + JsonWriter.string(title) + ",\"status\":"
				+ refusal.status() + ",\"detail\":" + JsonWriter.string(refusal.message());
	}

	private static String policies(Refusal refusal) {
		return PolicyNames.violated(refusal.violated())
			.stream()
			.map(JsonWriter::string)
			.collect(Collectors.joining(",", ",\"violated-policies\":[", "]"));
	}

}
