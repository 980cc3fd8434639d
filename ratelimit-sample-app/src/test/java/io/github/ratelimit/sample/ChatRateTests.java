package io.github.ratelimit.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

@SpringBootTest
@AutoConfigureMockMvc
@Import(ManualTime.class)
class ChatRateTests {

	private static final String HELLO = """
			{"model": "stub", "messages": [{"role": "user", "content": "Hello"}]}""";

	@Autowired
	private MockMvcTester http;

	@Autowired
	private ManualTime time;

	@Test
	void theEleventhRequestOfAMinuteIsRefusedUntilItsRetryAfter() {
		for (int i = 0; i < 10; i++) {
			assertThat(ask("sk-test-0001")).hasStatusOk();
		}
		MvcTestResult refused = ask("sk-test-0001");
		assertThat(refused).hasStatus(HttpStatus.TOO_MANY_REQUESTS).hasHeader("Retry-After", "6");
		assertThat(ask("sk-test-0002")).hasStatusOk();

		this.time.advance(Duration.ofSeconds(6));
		assertThat(ask("sk-test-0001")).hasStatusOk();
	}

	private MvcTestResult ask(String apiKey) {
		return this.http.post()
			.uri("/v1/chat/completions")
			.header("X-API-Key", apiKey)
			.contentType(MediaType.APPLICATION_JSON)
			.content(HELLO)
			.exchange();
	}

}
