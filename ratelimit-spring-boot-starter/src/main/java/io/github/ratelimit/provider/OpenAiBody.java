package io.github.ratelimit.provider;

import io.github.ratelimit.LimitUnit;

/**
 * {@code openai}: the error object of OpenAI's API, so that its SDKs raise their own
 * exceptions. They use the status; type and code are strings for which users search: the
 * type is the unit of the limit, {@code requests} if it has none.
 */
final class OpenAiBody implements BodyStyle {

	@Override
	public String name() {
		return "openai";
	}

	@Override
	public Body body(Refusal refusal) {
		String text = switch (refusal.reason()) {
			case LIMIT_EXCEEDED, BANNED, TOO_LARGE -> error(refusal.message(),
					(refusal.unit() == LimitUnit.TOKENS) ? "tokens" : "requests", "rate_limit_exceeded");
			case MISSING_KEY -> error(refusal.message(), "invalid_request_error", "missing_key");
			case UNAVAILABLE -> error(refusal.message(), "server_error", "service_unavailable");
		};
		return new Body("application/json", text);
	}

	private static String error(String message, String type, String code) {
		return "{\"error\":{\"message\":" + JsonWriter.string(message) + ",\"type\":" + JsonWriter.string(type)
				+ ",\"param\":null,\"code\":" + JsonWriter.string(code) + "}}";
	}

}
