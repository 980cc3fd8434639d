package io.github.ratelimit.web;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

class JsonTests {

	@Property
	void anyTextsComeBackFromAnIndependentReader(@ForAll List<String> texts) {
		String json = Json.strings(texts);
		assertThat(json).matches("[ -~]*");
		assertThat(JsonMapper.shared().readValue(json, String[].class)).containsExactlyElementsOf(texts);
	}

}
