package io.github.ratelimit.test.example.news;

import static io.github.ratelimit.test.RateLimitAssertions.assertThat;
import static io.github.ratelimit.test.RateLimitAssertions.assertThatResponse;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.test.AutoConfigureRateLimits;
import io.github.ratelimit.test.ManualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

@SpringBootTest
@AutoConfigureMockMvc
@AutoConfigureRateLimits
class NewsLimitTests {

	@Autowired
	private MockMvcTester http;

	@Autowired
	private RateLimiter rateLimiter;

	@Autowired
	private ManualTime time;

	@Test
	void theThirdRequestIsRefusedUntilItsRetryAfter() {
		assertThat(get("/news")).hasStatusOk();
		assertThat(get("/news")).hasStatusOk();
		assertThatResponse(get("/news")).isRefusedBy("news").hasRetryAfter(Duration.ofSeconds(30));

		this.time.advance(Duration.ofSeconds(30));
		assertThatResponse(get("/news")).isNotRefused();
	}

	@Test
	void anAddressGetsThreeMailsInAnHour() {
		assertThat(this.rateLimiter.tryAcquire("mail", "ada@example.org", 3)).isAllowed().hasRemaining("mail", 0);
		assertThat(this.rateLimiter.tryAcquire("mail", "ada@example.org")).isRefusedBy("mail")
			.hasRetryAfter(Duration.ofMinutes(20));
	}

	private MvcTestResult get(String uri) {
		return this.http.get().uri(uri).exchange();
	}

}
