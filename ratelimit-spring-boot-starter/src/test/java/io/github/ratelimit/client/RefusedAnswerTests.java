package io.github.ratelimit.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.governor.CallRefusedException.Reason;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RefusedAnswerTests {

	@Test
	void it_states_the_wait_in_whole_seconds_of_at_least_one_and_that_no_sdk_should_retry() {
		assertThat(answer(Reason.WAIT_TOO_LONG, Duration.ofMillis(1001)).headers()).containsEntry("Retry-After", "2")
			.containsEntry("x-should-retry", "false")
			.containsEntry("Content-Type", "application/json");
		assertThat(answer(Reason.THREADS_HELD, Duration.ofSeconds(7)).headers()).containsEntry("Retry-After", "7")
			.containsEntry("x-should-retry", "false");
		assertThat(answer(Reason.QUEUE_FULL, Duration.ZERO).headers()).containsEntry("Retry-After", "1");
	}

	@Test
	void it_states_no_wait_where_waiting_does_not_help() {
		assertThat(answer(Reason.TOO_LARGE, Duration.ZERO).headers()).doesNotContainKey("Retry-After");
	}

	@Test
	void its_body_is_an_error_of_openai_and_of_anthropic() {
		JsonNode body = JsonMapper.shared().readTree(answer(Reason.WAIT_TOO_LONG, Duration.ofSeconds(5)).bytes());
		assertThat(body.at("/type").asString()).isEqualTo("error");
		assertThat(body.at("/error/type").asString()).isEqualTo("rate_limit_error");
		assertThat(body.at("/error/code").asString()).isEqualTo("rate_limit_exceeded");
		assertThat(body.at("/error/message").asString()).contains("was not sent", "5 s");
	}

	private static RefusedAnswer answer(Reason reason, Duration retryAfter) {
		return RefusedAnswer.of(new CallRefusedException("open\"ai", reason, retryAfter));
	}

}
