package io.github.ratelimit.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.provider.usage.ModelRequest;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutboundRequestTests {

	@ParameterizedTest
	@CsvSource({ "0, false", "1, true", "2, true", "'', false", ", false" })
	void a_further_attempt_is_known_by_the_header_of_the_sdk(String retries, boolean retry) {
		Map<String, String> headers = (retries != null) ? Map.of("x-stainless-retry-count", retries) : Map.of();
		assertThat(OutboundRequest.of(URI.create("https://api.openai.com"), headers::get, ModelRequest.NONE).retry())
			.isEqualTo(retry);
	}

}
