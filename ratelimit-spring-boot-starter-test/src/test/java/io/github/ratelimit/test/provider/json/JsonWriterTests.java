package io.github.ratelimit.test.provider.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JsonWriterTests {

	private static final JsonMapper JACKSON = new JsonMapper();

	@Test
	void what_is_written_is_read_by_others() {
		String text = "a \"quoted\" \\ line\n\twith \u2014 and \u0001";
		JsonNode read = JACKSON.readTree(JsonObject.of("text", text, "number", 12, "none", null)
			.with("list", List.of(true, "x", JsonObject.of()), "object", JsonObject.of("empty", List.of()))
			.toString());
		assertThat(read.get("text").asString()).isEqualTo(text);
		assertThat(read.get("number").asInt()).isEqualTo(12);
		assertThat(read.get("none").isNull()).isTrue();
		assertThat(read.get("list")).hasToString("[true,\"x\",{}]");
		assertThat(read.get("object")).hasToString("{\"empty\":[]}");
	}

	@Test
	void what_others_write_is_read() {
		String text = JACKSON.writerWithDefaultPrettyPrinter()
			.writeValueAsString(Map.of("text", "a \"quoted\" \\ /line\r\n\t\b\f\u2014", "list",
					List.of(List.of(), Map.of(), false)));
		Map<String, Object> object = JsonReader.object(text);
		assertThat(object).containsEntry("text", "a \"quoted\" \\ /line\r\n\t\b\f\u2014")
			.containsEntry("list", List.of(List.of(), Map.of(), false));
		assertThat(JsonReader.object(" {\"a\" : -1.5e3, \"b\":null, \"c\":\"\\u20ac\\/\"} "))
			.containsEntry("a", new BigDecimal("-1.5e3"))
			.containsEntry("b", null)
			.containsEntry("c", "\u20ac/");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "[]", "7", "{", "{\"a\":}", "{\"a\":1", "{\"a\" 1}", "{\"a\":1} 2", "{\"a\":\"\\u00",
			"nul" })
	void what_is_no_object_has_no_members(String text) {
		assertThat(JsonReader.object(text)).isEmpty();
	}

}
