package io.github.ratelimit.sample.chat;

import java.util.List;

import org.springframework.stereotype.Component;

/** Stands where a language model would be: it repeats what the user said last. */
@Component
class StubModel {

	Reply reply(List<ChatMessage> messages) {
		String said = lastUserText(messages);
		String text = said.isBlank() ? "You said nothing." : "You said: " + said.strip();
		int promptTokens = messages.stream().map(ChatMessage::text).mapToInt(Usage::estimateTokens).sum();
		return new Reply(text, Usage.of(promptTokens, Usage.estimateTokens(text)));
	}

	private static String lastUserText(List<ChatMessage> messages) {
		return messages.stream()
			.filter(ChatMessage::isFromUser)
			.reduce((earlier, later) -> later)
			.map(ChatMessage::text)
			.orElse("");
	}

	record Reply(String text, Usage usage) {

		/** The text in pieces, as a model makes it: words with the blank before them. */
		List<String> pieces() {
			return List.of(this.text.split("(?= )"));
		}

	}

}
