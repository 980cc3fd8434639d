package io.github.ratelimit.sample.chat;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * A message of a conversation. Its content is a text or a list of parts, of which only
 * texts are read.
 *
 * @param role the author, for example {@code user}
 * @param content the parts, possibly empty
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record ChatMessage(String role,
		@JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) List<@Nullable Part> content) {

	ChatMessage {
		if (role == null || role.isBlank()) {
			throw new InvalidChatRequestException("messages", "A message has no 'role'.");
		}
		if (content == null) {
			content = List.of();
		}
	}

	boolean isFromUser() {
		return this.role.equals("user");
	}

	String text() {
		StringJoiner texts = new StringJoiner(" ");
		for (Part part : this.content) {
			if (part != null && part.text() != null) {
				texts.add(part.text());
			}
		}
		return texts.toString();
	}

	@JsonIgnoreProperties(ignoreUnknown = true)
	record Part(@Nullable String text) {

		@JsonCreator(mode = JsonCreator.Mode.DELEGATING)
		static Part of(String text) {
			return new Part(text);
		}

	}

}
