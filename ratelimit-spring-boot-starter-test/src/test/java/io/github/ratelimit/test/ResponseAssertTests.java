package io.github.ratelimit.test;

import static io.github.ratelimit.test.RateLimitAssertions.assertThatResponse;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;

/** Which limits refused a request, by all that a response may tell of it. */
class ResponseAssertTests {

	private static final String STATE = "\"chat\";r=0;t=6, \"tokens;1\";r=120, \"tokens;2\";r=0, \"address\";r=90";

	@ParameterizedTest
	@ValueSource(strings = { "{\"violated-policies\":[\"chat\",\"tokens;2\"]}",
			"{\"error\":{\"message\":\"Rate limits 'chat', 'tokens' are exceeded. Please try again in 6 seconds.\"}}",
			"Rate limits 'chat', 'tokens' were exceeded too often, so they refuse all requests for a while." })
	void limitsAreNamedInTheBody(String body) {
		ResponseAssert response = assertThatResponse(refused(body, "\"other\";r=0"));
		response.isRefusedBy("tokens", "chat");
		fails(() -> response.isRefusedBy("chat"), "refused by [chat], but it was refused by [chat, tokens]");
	}

	@ParameterizedTest
	@ValueSource(strings = { "Rate limit 'chat' is exceeded. Please try again in 1 second.",
			"Rate limit 'chat' was exceeded too often, so it refuses all requests for a while." })
	void aSingleLimitIsNamedInTheBody(String body) {
		assertThatResponse(refused(body, "")).isRefusedBy("chat");
	}

	@Test
	void aBodyThatNamesNoLimitMayHideThem() {
		assertThatResponse(refused("{\"violated-policies\":[]}", "\"other\";r=0")).isRefusedBy();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "{\"error\":\"slow down\"}" })
	void withoutANameInTheBodyTheHeaderTellsWhichHaveNoPermits(String body) {
		ResponseAssert response = assertThatResponse(refused(body, STATE));
		response.isRefusedBy("chat", "tokens");
		fails(() -> response.isRefusedBy("chat"),
				"refused by [chat], but the limits without permits in the header RateLimit are [chat, tokens]");
	}

	@Test
	void nothingTellsWhichLimitRefused() {
		fails(() -> assertThatResponse(refused("", "")).isRefusedBy("chat"), "neither does the body name one");
		fails(() -> assertThatResponse(refused("", "\"chat\";r=3;t=1")).isRefusedBy("chat"), "Use isRefused()");
	}

	private static ResponseEntity<String> refused(String body, String state) {
		ResponseEntity.BodyBuilder response = ResponseEntity.status(HttpStatus.TOO_MANY_REQUESTS)
			.header("Retry-After", "6");
		return (state.isEmpty() ? response : response.header("RateLimit", state)).body(body);
	}

	private static void fails(Runnable assertion, String message) {
		assertThatExceptionOfType(AssertionError.class).isThrownBy(assertion::run).withMessageContaining(message);
	}

}
