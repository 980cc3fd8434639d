package io.github.ratelimit.test.example.news;

import static io.github.ratelimit.test.RateLimitAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.ratelimit.Decision;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.test.AutoConfigureRateLimits;
import io.github.ratelimit.test.ManualTime;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

/** What remains of a test for the next one. */
@SpringBootTest(properties = { "ratelimit.limits.guess.rate=1/h", "ratelimit.limits.guess.key=ip",
		"ratelimit.limits.guess.ban-after=3 denials in 10h for 2h",
		"ratelimit.clients.model.match=https://model.example/**", "ratelimit.clients.model.max-concurrent=1" })
@AutoConfigureRateLimits
class StateBetweenTestsTests {

	@Autowired
	private RateLimiter rateLimiter;

	@Autowired
	private ManualTime time;

	@RepeatedTest(2)
	void refusalsOfATestCountTowardsNoBanInTheNext() {
		assertThat(this.rateLimiter.tryAcquire("guess", "192.0.2.1")).isAllowed();
		for (int refusal = 1; refusal <= 2; refusal++) {
			assertThat(this.rateLimiter.tryAcquire("guess", "192.0.2.1")).hasRetryAfter(Duration.ofHours(1));
		}
	}

	@Test
	void noTimeIsLeftOfACallOfAClientThatWasQueuedAndAdmitted() {
		assertThat(this.time.waiting()).as("a client that has no call waits for nothing").isZero();
		Decision first = this.rateLimiter.acquire("model", "gpt-4o");
		CompletableFuture<Decision> second = this.rateLimiter.acquireAsync("model", "gpt-4o", 1);
		assertThat(second).isNotDone();
		assertThat(this.time.waiting()).isEqualTo(1);
		first.permit().close();
		assertThat(second).succeedsWithin(Duration.ofSeconds(20));
		await().untilAsserted(() -> assertThat(this.time.waiting()).isZero());
		second.join().permit().close();
	}

}
