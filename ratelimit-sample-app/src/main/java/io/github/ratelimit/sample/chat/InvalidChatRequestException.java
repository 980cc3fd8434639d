package io.github.ratelimit.sample.chat;

import java.io.Serial;

/** Thrown for a request that is JSON but not a chat request. */
class InvalidChatRequestException extends IllegalArgumentException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final String param;

	InvalidChatRequestException(String param, String message) {
		super(message);
		this.param = param;
	}

	String param() {
		return this.param;
	}

}
