package io.github.ratelimit.autoconfigure.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The codes of failures, found by their texts. A resource has a line for each row of
 * docs/messages.md: the code, and the texts with an ellipsis for what varies. It is read
 * only when start-up has failed.
 */
final class MessageCodes {

	static final String RESOURCE = "message-codes.txt";

	private static final String VARIABLE = "…";

	private MessageCodes() {
	}

	/**
	 * Finds the code of a failure. Of several texts with which the problem begins, the
	 * longest counts.
	 * @param problem what is wrong
	 * @param subject what has the problem, which some texts have in parentheses at their
	 * end; null if no text has
	 * @return null if the failure has none
	 */
	static @Nullable String find(String problem, @Nullable String subject) {
		String withSubject = problem + " (" + subject + ")";
		return texts().stream()
			.filter((text) -> text.matches(problem) || text.matches(withSubject))
			.max(Comparator.comparingInt(Text::length))
			.map(Text::code)
			.orElse(null);
	}

	/** A failure without its code is better than none, so nothing is thrown. */
	private static List<Text> texts() {
		try (InputStream resource = MessageCodes.class.getResourceAsStream(RESOURCE)) {
			return (resource != null) ? new String(resource.readAllBytes(), StandardCharsets.UTF_8).lines()
				.flatMap(MessageCodes::texts)
				.toList() : List.of();
		}
		catch (IOException ex) {
			return List.of();
		}
	}

	private static Stream<Text> texts(String line) {
		int space = line.indexOf(' ');
		return Stream.of(line.substring(space + 1).split("; ")).map((text) -> Text.of(line.substring(0, space), text));
	}

	/**
	 * A text of a failure.
	 *
	 * @param code the code of the failure
	 * @param pattern what the problem begins with
	 * @param length the number of characters that do not vary
	 */
	private record Text(String code, Pattern pattern, int length) {

		static Text of(String code, String text) {
			String pattern = Stream.of(text.split(VARIABLE, -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
			return new Text(code, Pattern.compile(pattern, Pattern.DOTALL), text.replace(VARIABLE, "").length());
		}

		boolean matches(String problem) {
			return this.pattern.matcher(problem).lookingAt();
		}

	}

}
