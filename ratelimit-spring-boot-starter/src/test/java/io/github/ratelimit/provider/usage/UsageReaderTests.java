package io.github.ratelimit.provider.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsageReaderTests {

	private static final String OPENAI = """
			{"id":"chatcmpl-1","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant",
			"content":"The field is called \\"usage\\": {\\"prompt_tokens\\":1}"},"finish_reason":"stop"}],
			"usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,
			"prompt_tokens_details":{"cached_tokens":7},"completion_tokens_details":{"reasoning_tokens":5}}}""";

	private static final String OPENAI_STREAM = """
			data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":"usage"}}],"usage":null}

			data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":"\\"usage\\":{"}}],"usage":null}

			data: {"id":"chatcmpl-1","choices":[],"usage":{"prompt_tokens":19,"completion_tokens":10}}

			data: [DONE]

			""";

	private static final String RESPONSES_STREAM = """
			event: response.created
			data: {"type":"response.created","response":{"id":"resp_1","output":[],"usage":null}}

			event: response.completed
			data: {"type":"response.completed","response":{"id":"resp_1","output":[{"type":"message"}],
			data: "usage":{"input_tokens":36,"input_tokens_details":{"cached_tokens":0},"output_tokens":87}}}

			""";

	private static final String ANTHROPIC = """
			{"id":"msg_1","type":"message","content":[{"type":"tool_use","name":"report","input":{"usage":
			{"input_tokens":999999,"output_tokens":999999}}}],"usage":{"input_tokens":2095,
			"cache_creation_input_tokens":100,"cache_read_input_tokens":5000,"output_tokens":503}}""";

	private static final String ANTHROPIC_STREAM = """
			event: message_start
			data: {"type":"message_start","message":{"id":"msg_1","content":[],"usage":{"input_tokens":25,\
			"cache_creation_input_tokens":4,"cache_read_input_tokens":9,"output_tokens":1}}}

			event: content_block_delta
			data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}

			event: message_delta
			data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":0,\
			"output_tokens":15}}

			""";

	private static final String GEMINI_STREAM = """
			[{"candidates":[{"content":{"parts":[{"text":"Hi"}]}}],"usageMetadata":{"promptTokenCount":8}}
			,
			{"candidates":[],"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":20,
			"toolUsePromptTokenCount":2,"thoughtsTokenCount":30,"totalTokenCount":60}}]""";

	private static final String BEDROCK = """
			{"metrics":{"latencyMs":1175},"output":{"message":{"role":"assistant","content":[{"text":"Hi"}]}},
			"usage":{"inputTokens":125,"outputTokens":60,"cacheWriteInputTokens":5,"totalTokens":190}}""";

	private static final String GROQ_STREAM = """
			data: {"id":"1","choices":[],"x_groq":{"id":"req_1","usage":{"queue_time":0.03,"prompt_tokens":24,\
			"prompt_time":0.1,"completion_tokens":7}}}

			""";

	@ParameterizedTest
	@MethodSource("samples")
	void theUsageOfEachProviderIsRead(String response, long input, long output) {
		assertThat(usage(response)).isEqualTo(new TokenUsage(input, output));
	}

	static List<Arguments> samples() {
		return List.of(arguments(OPENAI, 19, 10), arguments(OPENAI_STREAM, 19, 10), arguments(RESPONSES_STREAM, 36, 87),
				arguments(ANTHROPIC, 2195, 503), arguments(ANTHROPIC_STREAM, 29, 15), arguments(GEMINI_STREAM, 10, 50),
				arguments(BEDROCK, 130, 60), arguments(GROQ_STREAM, 24, 7),
				// an embedding has no output
				arguments("{\"data\":[{\"embedding\":[0.1]}],\"usage\":{\"prompt_tokens\":8,\"total_tokens\":8}}", 8,
						-1));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "{}", "{\"usage\":null}", "{\"usage\":{}}", "{\"usage\":{\"prompt_tokens\":null}}",
			"{\"usage\":{\"prompt_tokens\":-3}}", "{\"usage\":{\"prompt_tokens\":\"12\"}}",
			"{\"usage\":{\"prompt_tokens\":99999999999999999999}}", "{\"usage\":{\"prompt_tokens\":1e3}}",
			"{\"usage\":[{\"prompt_tokens\":12}]}", "{\"usages\":{\"prompt_tokens\":12}}",
			"{\"choices\":[{\"usage\":{\"prompt_tokens\":12}}]}", "{\"a\":{\"usage\":{\"prompt_tokens\":12}}}",
			"\"usage\":{\"prompt_tokens\":12}", "{\"content\":\"\\\"usage\\\":{\\\"prompt_tokens\\\":12}\"}",
			"{\"usage\":\"usage\",\"x\":{\"prompt_tokens\":12}}", "{\"usage\":{\"details\":{\"prompt_tokens\":12}}}",
			"<html>usage</html>" })
	void whatIsNoUsageIsNone(String response) {
		assertThat(usage(response)).isEqualTo(TokenUsage.NONE);
	}

	@Test
	void whatAModelWritesIsNeverTakenForUsage() {
		String text = "\\\"}}],\\\"usage\\\":{\\\"prompt_tokens\\\":1,\\\"completion_tokens\\\":1}}\\n\\ndata: {";
		assertThat(usage("data: {\"choices\":[{\"delta\":{\"content\":\"" + text + "\"}}]}\n\n"))
			.isEqualTo(TokenUsage.NONE);
	}

	@Test
	void aLaterZeroErasesNothing() {
		UsageReader reader = new UsageReader();
		read(reader, "{\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":5}}");
		assertThat(reader.usage()).isEqualTo(new TokenUsage(0, 5));
		read(reader, "{\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":0}}");
		assertThat(reader.usage()).isEqualTo(new TokenUsage(7, 5));
		read(reader, "{\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":6}}");
		assertThat(reader.usage()).isEqualTo(new TokenUsage(7, 6));
	}

	@Test
	void usageIsThereAsSoonAsItHasPassed() {
		UsageReader reader = new UsageReader();
		read(reader, "{\"usage\":{\"prompt_tokens\":7");
		assertThat(reader.usage()).isEqualTo(TokenUsage.NONE);
		read(reader, ",");
		assertThat(reader.usage()).isEqualTo(new TokenUsage(7, -1));
	}

	@Test
	void aFrameOfBytesAroundTheJsonDoesNoHarm() {
		String event = "\0\0\0\u007b\0\0\0{{[\"\u0001\u000b:event-type\u0007\0\u0008metadata\r:content-type\u0007\0"
				+ "\u0010application/json" + BEDROCK + "\u00e9\u00ff";
		byte[] bytes = (event + event).getBytes(StandardCharsets.ISO_8859_1);
		UsageReader reader = new UsageReader();
		reader.read(bytes, 0, bytes.length);
		assertThat(reader.usage()).isEqualTo(new TokenUsage(130, 60));
	}

	@Test
	void aBufferIsReadWithoutBeingConsumed() {
		byte[] bytes = ("xx" + OPENAI + "xx").getBytes(StandardCharsets.UTF_8);
		ByteBuffer onHeap = ByteBuffer.wrap(bytes).position(2).limit(bytes.length - 2).slice();
		ByteBuffer offHeap = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip().position(2);
		for (ByteBuffer buffer : List.of(onHeap, offHeap, onHeap.asReadOnlyBuffer())) {
			int position = buffer.position();
			UsageReader reader = new UsageReader();
			reader.read(buffer);
			assertThat(reader.usage()).isEqualTo(new TokenUsage(19, 10));
			assertThat(buffer.position()).isEqualTo(position);
		}
	}

	@Test
	void readingAllocatesNothing() {
		byte[] bytes = OPENAI_STREAM.getBytes(StandardCharsets.UTF_8);
		ByteBuffer offHeap = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
		UsageReader reader = new UsageReader();
		reader.read(offHeap);
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		long before = threads.getCurrentThreadAllocatedBytes();
		for (int i = 0; i < 1000; i++) {
			reader.read(bytes, 0, bytes.length);
			reader.read(offHeap);
		}
		assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(2000);
	}

	@Property(tries = 300)
	void itDoesNotMatterWhereTheBytesAreSplit(@ForAll("responses") String response,
			@ForAll @Size(max = 12) List<@IntRange(min = 1, max = 90) Integer> lengths) {
		byte[] bytes = response.getBytes(StandardCharsets.UTF_8);
		UsageReader reader = new UsageReader();
		int from = 0;
		for (int i = 0; from < bytes.length; i++) {
			int length = lengths.isEmpty() ? 1 : lengths.get(i % lengths.size());
			int to = Math.min(bytes.length, from + length);
			reader.read(bytes, from, to - from);
			from = to;
		}
		assertThat(reader.usage()).isEqualTo(usage(response)).isNotEqualTo(TokenUsage.NONE);
	}

	@Provide
	Arbitrary<String> responses() {
		return Arbitraries.of(OPENAI, OPENAI_STREAM, RESPONSES_STREAM, ANTHROPIC, ANTHROPIC_STREAM, GEMINI_STREAM,
				BEDROCK, GROQ_STREAM);
	}

	@Property(tries = 2000)
	void garbageNeverThrows(@ForAll byte[] garbage, @ForAll("json") String json) {
		UsageReader reader = new UsageReader();
		reader.read(garbage, 0, garbage.length);
		read(reader, json);
		reader.read(garbage, 0, garbage.length);
		TokenUsage usage = reader.usage();
		assertThat(usage.input()).isBetween(-1L, 1L << 55);
		assertThat(usage.output()).isBetween(-1L, 1L << 55);
	}

	@Provide
	Arbitrary<String> json() {
		return Arbitraries
			.of("{", "}", "[", "]", "\"", ":", ",", "\\", "\\u", "1", "-", ".", "usage", "\"usage\":{", "message",
					"\"prompt_tokens\":", "\n", "é")
			.list()
			.ofMaxSize(60)
			.map((parts) -> String.join("", parts));
	}

	private static TokenUsage usage(String response) {
		UsageReader reader = new UsageReader();
		read(reader, response);
		return reader.usage();
	}

	private static void read(UsageReader reader, String text) {
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		reader.read(bytes, 0, bytes.length);
	}

}
