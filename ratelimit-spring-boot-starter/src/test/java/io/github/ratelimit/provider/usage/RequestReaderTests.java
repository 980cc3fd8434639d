package io.github.ratelimit.provider.usage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestReaderTests {

	private static final String CHAT = """
			{"model":"gpt-4o-mini","stream":true,"max_tokens":100,"max_completion_tokens":400,"n":2,
			"messages":[{"role":"system","content":"You are a helpful assistant."},
			{"role":"user","content":"Set \\"max_tokens\\": 9 and \\"model\\": \\"x\\", please."}]}""";

	@Test
	void modelStreamAndTheLargestOutputAreThoseOfTheTopLevel() {
		ModelRequest facts = facts(CHAT);
		assertThat(facts.model()).isEqualTo("gpt-4o-mini");
		assertThat(facts.streamed()).isTrue();
		assertThat(facts.maxOutputTokens()).isEqualTo(800);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			value = { "{\"max_output_tokens\":50} | 50", "{\"max_tokens\":5,\"best_of\":3} | 15",
					"{\"generationConfig\":{\"maxOutputTokens\":70}} | 70",
					"{\"generationConfig\":{\"candidateCount\":2,\"maxOutputTokens\":70}} | 140",
					"{\"inferenceConfig\":{\"maxTokens\":30}} | 30", "{\"max_tokens\":null} | -1",
					"{\"max_tokens\":\"9\"} | -1", "{\"max_tokens\":-1} | -1", "{\"n\":4} | -1",
					"{\"max_tokens\":5,\"n\":0} | 5",
					"{\"max_tokens\":9007199254740991,\"n\":9007199254740991} | 9223372036854775807",
					"{\"metadata\":{\"max_tokens\":7}} | -1", "{\"messages\":[{\"max_tokens\":7}]} | -1",
					"{\"tools\":[{\"max_tokens\":7}],\"stop\":[\"max_tokens\",7]} | -1",
					"{\"generationConfig\":{\"x\":{\"maxOutputTokens\":7}}} | -1" })
	void theLargestOutputIsThatOfAllChoices(String request, long expected) {
		assertThat(facts(request).maxOutputTokens()).isEqualTo(expected);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			value = { "{\"model\":\"openai\\/gpt-4o\"} | openai/gpt-4o", "{\"model\":\"a\",\"model\":\"b\"} | b",
					"{\"model\":null} | ``", "{\"model\":{\"model\":\"x\"}} | ``", "{\"messages\":[\"model\"]} | ``",
					"{\"metadata\":{\"model\":\"x\"}} | ``", "{\"input\":\"\\\"model\\\":\\\"x\\\"\"} | ``" })
	void theModelIsThatOfTheTopLevel(String request, String expected) {
		assertThat(facts(request).model()).isEqualTo(expected.isEmpty() ? null : expected);
	}

	@Property(tries = 1000)
	void aModelOfUpTo128CharactersIsReadWhereverItsNameIsSplit(@ForAll @IntRange(max = 140) int length,
			@ForAll @IntRange(max = 140) int split) {
		String name = "gpt-".repeat(35).substring(0, length);
		byte[] request = ("{\"" + "key".repeat(length) + "\":1,\"model\":\"" + name + "\",\"max_tokens\":7}")
			.getBytes(StandardCharsets.UTF_8);
		RequestReader reader = new RequestReader();
		int second = Math.max(0, request.length - 1 - split);
		reader.read(request, 0, second);
		reader.read(request, second, request.length - second);
		assertThat(reader.facts().model()).isEqualTo((length <= 128) ? name : null);
		assertThat(reader.facts().maxOutputTokens()).isEqualTo(7);
	}

	@Test
	void aModelOfAnEndlessNameIsNone() {
		assertThat(facts("{\"model\":\"" + "x".repeat(128) + "\"}").model()).hasSize(128);
		assertThat(facts("{\"model\":\"" + "x".repeat(129) + "\"}").model()).isNull();
	}

	@ParameterizedTest
	@CsvSource({ "{\"stream\":true}, true", "{\"stream\":false}, false", "{\"stream\":\"true\"}, false",
			"{\"options\":{\"stream\":true}}, false" })
	void aStreamIsRequestedAtTheTopLevel(String request, boolean streamed) {
		assertThat(facts(request).streamed()).isEqualTo(streamed);
	}

	@Test
	void fourBytesOfProseAreAToken() {
		String prose = "The quick brown fox jumps over the lazy dog and runs away ".repeat(100);
		assertThat(tokens("{\"input\":\"" + prose + "\"}")).isCloseTo(prose.length() / 4, within(20));
	}

	@Test
	void aMessageCountsAFewTokensMoreThanItsText() {
		assertThat(tokens(message("")) - tokens("{\"messages\":[]}")).isBetween(3L, 6L);
	}

	@Test
	void codeCountsMoreThanProseOfThatLength() {
		String code = "for (int i = 0; i < list.size(); i++) { sum += list.get(i).value(); }".repeat(50);
		assertThat(tokens(message(code))).isBetween(code.length() / 4 + 100L, code.length() / 3 + 200L);
	}

	@Test
	void toolDefinitionsCountWithTheirKeysAndBrackets() {
		String schema = "{\"type\":\"function\",\"function\":{\"name\":\"get_weather\",\"parameters\":{\"type\":\"object\","
				+ "\"properties\":{\"city\":{\"type\":\"string\"},\"days\":{\"type\":\"integer\"}}}}}";
		String request = "{\"tools\":[" + schema + "]}";
		assertThat(tokens(request)).isCloseTo(schema.length() / 3, within(12));
	}

	@ParameterizedTest
	@CsvSource({ "\u4f60\u597d\u4e16\u754c, 300", "\u3053\u3093\u306b\u3061, 300", "\uc548\ub155\ud558\uc138, 300",
			"\u043f\u0440\u0438\u0432, 133", "\u0645\u0631\u062d\u0628, 133", "\u0928\u092e\u0938\u0924, 200",
			"\ud83d\ude00\ud83c\udf89, 300", "abcd, 100" })
	void textCountsByTheScriptItIsWrittenIn(String text, long expected) {
		String texts = text.repeat(100);
		StringBuilder escaped = new StringBuilder();
		texts.chars().forEach((c) -> escaped.append(String.format("\\u%04x", c)));
		assertThat(tokens(message(texts))).isCloseTo(expected, within(7));
		assertThat(tokens(message(escaped.toString()))).isEqualTo(tokens(message(texts)));
	}

	@Test
	void anImageCountsAFixedAmountWhateverItsLength() {
		String data = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ".repeat(500);
		String openAi = "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":"
				+ "\"data:image/png;base64,%s\"}}]}]}";
		String anthropic = "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image\",\"source\":{\"type\":"
				+ "\"base64\",\"media_type\":\"image/png\",\"data\":\"%s\"}}]}]}";
		for (String request : List.of(openAi, anthropic)) {
			long tokens = tokens(request.formatted(data));
			assertThat(tokens).isBetween(1000L, 1100L);
			assertThat(tokens(request.formatted(data.repeat(3)))).isEqualTo(tokens);
		}
		assertThat(tokens(openAi.formatted(data.replace("A", "\\/")))).isBetween(1000L, 1100L);
	}

	@Test
	void textAroundAnImageStillCounts() {
		String data = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ".repeat(500);
		String prose = "word ".repeat(400);
		assertThat(tokens(message(prose + data + " " + prose + data))).isBetween(3000L, 3150L);
	}

	@Test
	void whatIsNoJsonObjectHasNoFacts() {
		assertThat(facts("")).isEqualTo(ModelRequest.NONE);
		assertThat(facts("--boundary\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1"))
			.isEqualTo(ModelRequest.NONE);
	}

	@Property(tries = 300)
	void itDoesNotMatterWhereTheBytesAreSplit(
			@ForAll @Size(max = 12) List<@IntRange(min = 1, max = 90) Integer> lengths) {
		byte[] bytes = (message("\u00fc\ud83d\ude00\\u4e16" + "A".repeat(600)) + CHAT).getBytes(StandardCharsets.UTF_8);
		RequestReader whole = new RequestReader();
		whole.read(bytes, 0, bytes.length);
		RequestReader reader = new RequestReader();
		int from = 0;
		for (int i = 0; from < bytes.length; i++) {
			int length = lengths.isEmpty() ? 1 : lengths.get(i % lengths.size());
			int to = Math.min(bytes.length, from + length);
			reader.read(bytes, from, to - from);
			from = to;
		}
		assertThat(reader.facts()).isEqualTo(whole.facts());
	}

	/** Twelve units are a token, so that twelve equal texts count all units of one. */
	@Property(tries = 500)
	void aTextCountsWhatItsCharactersCount(@ForAll("texts") List<String> parts,
			@ForAll @IntRange(min = 1, max = 700) int split) {
		String text = String.join("", parts);
		String list = ("\"" + text + "\",").repeat(12);
		byte[] request = ("{\"input\":[" + list + "1]}").getBytes(StandardCharsets.UTF_8);
		RequestReader reader = new RequestReader();
		for (int at = 0; at < request.length; at += split) {
			reader.read(request, at, Math.min(split, request.length - at));
		}
		assertThat(reader.facts().inputTokens()).isEqualTo(units(unescaped(text)));
	}

	@Provide
	Arbitrary<List<String>> texts() {
		return Arbitraries.oneOf(
				Arbitraries.strings().ascii().ofMaxLength(40).map((text) -> text.replaceAll("[\\p{Cntrl}\"\\\\]", " ")),
				Arbitraries.strings().withChars("aZ09+/-_=").ofMinLength(500).ofMaxLength(530),
				Arbitraries.strings().withChars("aZ09+/-_=").ofMaxLength(1100),
				Arbitraries.of("\\n", "\\t", "\\\"", "\\\\", "\\/", "\\u0000", "\\u0041", "\\u00e9", "\\u4e16",
						"\\ud83d\\ude00", "\u00e9", "\u4e16", "\ud83d\ude00", "\u007f"))
			.list()
			.ofMaxSize(8);
	}

	private static String unescaped(String text) {
		StringBuilder plain = new StringBuilder();
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (c == '\\') {
				c = text.charAt(++i);
				if (c == 'u') {
					c = (char) Integer.parseInt(text, i + 1, i + 5, 16);
					i += 4;
				}
				else if (c == 'n' || c == 't') {
					c = '\n';
				}
			}
			plain.append(c);
		}
		return plain.toString();
	}

	/**
	 * The 513th character of Base64 makes a file of its run, which counts 1000 tokens.
	 */
	private static long units(String text) {
		long units = 0;
		int run = 0;
		for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
			run = (Character.isLetterOrDigit(b) || "=+/-_".indexOf(b) >= 0) && b > 0 ? run + 1 : 0;
			units += (run <= 512) ? units(b & 0xFF) : (run == 513) ? 12_000 - 3 * 512 : 0;
		}
		return units;
	}

	private static int units(int b) {
		if (b >= 0x80) {
			return (b < 0xE1) ? 2 : (b < 0xF0) ? 5 : 12;
		}
		return (b >= '0' && b <= '9') ? 4 : ("{}[]()<>;:\"\\|&*#$%^~@=+/-_".indexOf(b) >= 0) ? 6 : 3;
	}

	@Property(tries = 2000)
	void garbageNeverThrows(@ForAll byte[] garbage) {
		RequestReader reader = new RequestReader();
		reader.read(garbage, 0, garbage.length);
		reader.read(CHAT.getBytes(StandardCharsets.UTF_8), 0, CHAT.length());
		reader.read(garbage, 0, garbage.length);
		assertThat(reader.facts().inputTokens()).isNotNegative();
	}

	private static Offset<Long> within(long tokens) {
		return Offset.offset(tokens);
	}

	private static String message(String text) {
		return "{\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}";
	}

	private static long tokens(String request) {
		return facts(request).inputTokens();
	}

	private static ModelRequest facts(String request) {
		RequestReader reader = new RequestReader();
		byte[] bytes = request.getBytes(StandardCharsets.UTF_8);
		reader.read(bytes, 0, bytes.length);
		return reader.facts();
	}

}
