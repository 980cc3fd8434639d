package io.github.ratelimit.test.example.news;

import static io.github.ratelimit.test.RateLimitAssertions.assertThat;
import static io.github.ratelimit.test.RateLimitAssertions.assertThatResponse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.ratelimit.Decision;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.test.AutoConfigureRateLimits;
import io.github.ratelimit.test.ManualTime;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.test.web.servlet.client.assertj.RestTestClientResponse;

/** Waits, other clients and the failures of assertions, on the example's application. */
@SpringBootTest
@AutoConfigureMockMvc
@AutoConfigureRestTestClient
@AutoConfigureRateLimits
class NewsAssertionsTests {

	@Autowired
	private MockMvcTester http;

	@Autowired
	private RestTestClient client;

	@Autowired
	private RateLimiter rateLimiter;

	@Autowired
	private ManualTime time;

	@Test
	void anExportWaitsForItsTurn() {
		CompletableFuture<Decision> first = this.rateLimiter.acquireAsync("export", "all", 1);
		CompletableFuture<Decision> second = this.rateLimiter.acquireAsync("export", "all", 1);
		assertThat(first.join()).isAllowed();
		assertThat(second).isNotDone();

		this.time.advance(Duration.ofSeconds(1));
		assertThat(second).succeedsWithin(Duration.ofSeconds(5));
	}

	@RepeatedTest(2)
	void eachMethodFindsAllPermits() {
		assertThatResponse(get("/news?cost=2")).isNotRefused();
		assertThatResponse(RestTestClientResponse.from(this.client.get().uri("/news").exchange())).isRefused()
			.hasRetryAfter(Duration.ofSeconds(30));
	}

	@Test
	void assertionsFailWithWhatWasDecided() {
		Decision allowed = this.rateLimiter.tryAcquire("mail", "eve@example.org", 3);
		Decision refused = this.rateLimiter.tryAcquire("mail", "eve@example.org");
		fails(() -> assertThat(allowed).isRefused(), "it was allowed");
		fails(() -> assertThat(refused).isAllowed(), "it was refused by [mail]");
		fails(() -> assertThat(refused).isRefusedBy("news"), "refused by [news], but it was refused by [mail]");
		fails(() -> assertThat(refused).hasRetryAfter(Duration.ofMinutes(1)), "of PT1M, but it was PT20M");
		fails(() -> assertThat(allowed).hasRemaining("mail", 1), "to have 1 permits left, but they were [0]");
		fails(() -> assertThat(allowed).hasRemaining("news", 1), "but it has only [mail]");
	}

	@Test
	void assertionsFailWithTheResponse() {
		MvcTestResult allowed = get("/news?cost=2");
		MvcTestResult refused = get("/news");
		fails(() -> assertThatResponse(allowed).isRefused(), "it was not: status 200");
		fails(() -> assertThatResponse(refused).isNotRefused(), "it was refused: status 429");
		fails(() -> assertThatResponse(refused).isRefusedBy("mail"), "by [mail], but it was refused by [news]");
		fails(() -> assertThatResponse(refused).hasRetryAfter(Duration.ofMillis(30_001)), "of 31 s, but it was 30 s");
	}

	@Test
	void timeDoesNotGoBack() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.time.advance(Duration.ofSeconds(-1)))
			.withMessageContaining("cannot go back: PT-1S");
	}

	private MvcTestResult get(String uri) {
		return this.http.get().uri(uri).exchange();
	}

	private static void fails(Runnable assertion, String message) {
		Throwable failure = catchThrowable(assertion::run);
		assertThat(failure).isInstanceOf(AssertionError.class).hasMessageContaining(message);
	}

}
