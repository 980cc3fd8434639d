package io.github.ratelimit.sample.chat;

import org.jspecify.annotations.Nullable;

/** An error in OpenAI's format, so that its SDKs raise their own exceptions. */
record ApiError(Detail error) {

	static ApiError invalidRequest(@Nullable String message, @Nullable String param) {
		return new ApiError(new Detail((message != null) ? message : "The request is invalid.", "invalid_request_error",
				param, null));
	}

	record Detail(String message, String type, @Nullable String param, @Nullable String code) {

	}

}
