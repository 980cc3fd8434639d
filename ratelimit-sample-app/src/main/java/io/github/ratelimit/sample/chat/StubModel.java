package io.github.ratelimit.sample.chat;

import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Component;

/** A stub of a language model, which repeats the last message of the user. */
@Component
class StubModel {

	Reply reply(ChatRequest request) {
		String said = lastUserText(request.messages());
		String text = said.isBlank() ? "You said nothing." : "You said: " + said.strip();
		List<Piece> all = pieces(text);
		List<Piece> allowed = upTo(request.answerBound(), all);
		int answerTokens = allowed.stream().mapToInt(Piece::tokens).sum();
		return new Reply(allowed, (allowed.size() < all.size()) ? "length" : "stop", request.answers(),
				Usage.of(request.promptTokens(), request.answers() * answerTokens));
	}

	private static String lastUserText(List<ChatMessage> messages) {
		return messages.stream()
			.filter(ChatMessage::isFromUser)
			.reduce((earlier, later) -> later)
			.map(ChatMessage::text)
			.orElse("");
	}

	/** Splits a text into pieces as a model does: words with the preceding blank. */
	private static List<Piece> pieces(String text) {
		List<Piece> pieces = new ArrayList<>();
		long bytes = 0;
		for (String word : text.split("(?= )")) {
			long before = Usage.tokens(bytes);
			bytes += Usage.bytes(word);
			pieces.add(new Piece(word, (int) (Usage.tokens(bytes) - before)));
		}
		return pieces;
	}

	private static List<Piece> upTo(int tokens, List<Piece> pieces) {
		int left = tokens;
		for (int i = 0; i < pieces.size(); i++) {
			left -= pieces.get(i).tokens();
			if (left < 0) {
				return pieces.subList(0, i);
			}
		}
		return pieces;
	}

	/**
	 * The output of the model.
	 *
	 * @param pieces one answer, piece by piece; all answers are the same
	 * @param finishReason why it ends: {@code stop} or {@code length}
	 * @param answers how many answers, at least 1
	 * @param usage what all answers cost together
	 */
	record Reply(List<Piece> pieces, String finishReason, int answers, Usage usage) {

		String text() {
			StringBuilder text = new StringBuilder();
			this.pieces.forEach((piece) -> text.append(piece.text()));
			return text.toString();
		}

	}

	/**
	 * A piece of an answer.
	 *
	 * @param text the text
	 * @param tokens how many tokens it adds to the answer, possibly 0
	 */
	record Piece(String text, int tokens) {

	}

}
