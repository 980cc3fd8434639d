package io.github.ratelimit.sample.chat;

import java.time.InstantSource;
import java.util.UUID;

/** The fields that every part of an answer repeats. */
record CompletionHead(String id, long created, String model) {

	static CompletionHead create(String model, InstantSource clock) {
		String id = "chatcmpl-" + UUID.randomUUID().toString().replace("-", "");
		return new CompletionHead(id, clock.instant().getEpochSecond(), model);
	}

}
