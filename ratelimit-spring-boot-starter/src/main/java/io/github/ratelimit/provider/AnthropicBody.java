package io.github.ratelimit.provider;

/**
 * {@code anthropic}: the error object of Anthropic's API, so that its SDKs raise their
 * own exceptions. It contains the request id if the application sets one.
 */
final class AnthropicBody implements BodyStyle {

	@Override
	public String name() {
		return "anthropic";
	}

	@Override
	public Body body(Refusal refusal) {
		String type = switch (refusal.reason()) {
			case LIMIT_EXCEEDED, BANNED -> "rate_limit_error";
			case TOO_LARGE -> "request_too_large";
			case MISSING_KEY -> "permission_error";
			case UNAVAILABLE -> "api_error";
		};
		String requestId = refusal.requestId();
		return new Body("application/json",
				"{\"type\":\"error\",\"error\":{\"type\":" + JsonWriter.string(type) + ",\"message\":"
						+ JsonWriter.string(refusal.message()) + "}"
						+ ((requestId != null) ? ",\"request_id\":" + JsonWriter.string(requestId) : "") + "}");
	}

}
