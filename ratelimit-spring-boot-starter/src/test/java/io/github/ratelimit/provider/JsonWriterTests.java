package io.github.ratelimit.provider;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import tools.jackson.databind.json.JsonMapper;

class JsonWriterTests {

	@Property
	void anyTextComesBackFromAnIndependentReader(@ForAll("hostileTexts") String text) {
		String json = JsonWriter.string(text);
		assertThat(json).matches("[ -~]*");
		assertThat(JsonMapper.shared().readValue(json, String.class)).isEqualTo(text);
	}

	@Provide
	Arbitrary<String> hostileTexts() {
		return Arbitraries.oneOf(Arbitraries.strings(),
				Arbitraries.strings().withChars("\"\\</\r\n\u0000\u007f\u2028"));
	}

}
