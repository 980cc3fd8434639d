package io.github.ratelimit.test.example;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.test.provider.Fault;
import io.github.ratelimit.test.provider.RecordedRequest;
import io.github.ratelimit.test.provider.TestProvider;
import io.github.ratelimit.test.provider.dialect.ProviderDialects;
import io.github.ratelimit.test.provider.limits.LimitedUnit;
import io.github.ratelimit.test.provider.limits.ProviderCounts;
import io.github.ratelimit.test.provider.limits.ProviderLimit;
import io.github.ratelimit.test.provider.limits.ProviderLimits;
import io.github.ratelimit.test.provider.limits.ProviderUsage;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChatServiceTests {

	private final ProviderLimits limits = ProviderLimits.builder()
		.limits(ProviderLimit.requests(500, Duration.ofMinutes(1)),
				ProviderLimit.tokens(500_000, Duration.ofMinutes(1)))
		.build();

	@Test
	void a_refused_call_is_tried_again_after_the_time_that_it_was_told() throws Exception {
		try (TestProvider provider = TestProvider.builder()
			.dialect(ProviderDialects.OPENAI)
			.limits(this.limits)
			.usage((request) -> new ProviderUsage(800, 200))
			.start()) {
			provider.failNext(1, Fault.throttled(Duration.ofMillis(200)));

			ChatService service = new ChatService(provider.uri() + "/v1", "sk-test");
			assertThat(service.ask("How are things?")).isEqualTo("All is well.");

			List<RecordedRequest> requests = provider.requests();
			assertThat(requests).extracting(RecordedRequest::status).containsExactly(429, 200);
			assertThat(Duration.between(requests.get(0).time(), requests.get(1).time()))
				.isGreaterThanOrEqualTo(Duration.ofMillis(200));
			ProviderCounts counts = this.limits.counts(TestProvider.credential("sk-test"), "gpt-4o");
			assertThat(counts.of(LimitedUnit.TOKENS).charged()).isEqualTo(1000);
		}
	}

}
