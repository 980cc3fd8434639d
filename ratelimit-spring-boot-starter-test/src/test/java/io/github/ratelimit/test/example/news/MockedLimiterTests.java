package io.github.ratelimit.test.example.news;

import static io.github.ratelimit.test.RateLimitAssertions.assertThatResponse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

import io.github.ratelimit.Decision;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.test.AutoConfigureRateLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

@ExtendWith(OutputCaptureExtension.class)
@SpringBootTest
@AutoConfigureMockMvc
@AutoConfigureRateLimits
class MockedLimiterTests {

	@Autowired
	private MockMvcTester http;

	@MockitoBean
	private RateLimiter rateLimiter;

	@MockitoBean
	private NewsArchive archive;

	@Test
	void aMockDecidesForCodeAndRulesAreLimitedAsBefore(CapturedOutput output) {
		Decision refused = mock();
		given(this.rateLimiter.tryAcquire("mail", "ada")).willReturn(refused);
		assertThat(this.http.post().uri("/mail?to=ada")).hasStatus(429).bodyText().isEqualTo("later");
		assertThatResponse(this.http.get().uri("/news?cost=2").exchange()).isNotRefused();
		assertThatResponse(this.http.get().uri("/news").exchange()).isRefusedBy("news");
		assertThat(output).contains("Limit 'archive'").doesNotContain("WARN");
	}

}
