package io.github.ratelimit.documentation;

import io.github.ratelimit.Decision;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.provider.dialect.ClientDialect;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.ProviderResponse;
import io.github.ratelimit.provider.dialect.ProviderSnapshot;
import io.github.ratelimit.provider.dialect.Quota;
import io.github.ratelimit.provider.dialect.Refill;
import java.time.Duration;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import reactor.core.publisher.Mono;

/** Short examples of README.md, docs/reference.md and docs/outbound.md. */
final class ShortExamples {

	private final RateLimiter rateLimiter;

	ShortExamples(RateLimiter rateLimiter) {
		this.rateLimiter = rateLimiter;
	}

	@RateLimited("api")
	@RateLimited(rate = "10/min", key = "#customerId")
	@RateLimited(value = "search", fallback = "cached")
	public String find(String customerId) {
		return customerId;
	}

	@RateLimited(value = "chat-tokens", cost = "#request.maxTokens", settle = "#result.usage.totalTokens")
	public Answer answer(Request request) {
		return new Answer(new Usage(request.getMaxTokens()));
	}

	void mail(String recipient) {
		Decision decision = this.rateLimiter.tryAcquire("mail", recipient);
		if (!decision.isAllowed()) {
			throw new IllegalStateException("Try again in " + decision.retryAfter());
		}
	}

	@GetMapping("/chat")
	@RateLimited(value = "chat", key = "#apiKey")
	Mono<Answer> chat(@RequestHeader("X-API-Key") String apiKey) {
		return Mono.empty();
	}

	@Bean
	ClientDialect ourGateway() {
		return new ClientDialect() {

			@Override
			public String name() {
				return "our-gateway";
			}

			@Override
			public ProviderSnapshot read(ProviderResponse response) {
				String left = response.header("x-left");
				return (left == null) ? ProviderSnapshot.EMPTY
						: new ProviderSnapshot(List.of(new Quota(Dimension.REQUESTS, 100, Long.parseLong(left), null,
								Duration.ofMinutes(1), Refill.CONTINUOUS)), null, 0);
			}

		};
	}

	static final class Request {

		long getMaxTokens() {
			return 100;
		}

	}

	record Answer(Usage usage) {
	}

	record Usage(long totalTokens) {
	}

}
