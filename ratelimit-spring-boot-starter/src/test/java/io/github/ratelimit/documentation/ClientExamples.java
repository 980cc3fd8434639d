package io.github.ratelimit.documentation;

import com.openai.errors.RateLimitException;
import io.github.ratelimit.Decision;
import io.github.ratelimit.Permit;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.RateLimiter;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;

/** Examples of docs/outbound.md. */
final class ClientExamples {

	private final RateLimiter rateLimiter;

	private final Model model;

	ClientExamples(RateLimiter rateLimiter, Model model) {
		this.rateLimiter = rateLimiter;
		this.model = model;
	}

	@RateLimited(value = "openai", key = "#model", cost = "#tokens", settle = "#result.totalTokens()")
	public Answer ask(String model, String question, long tokens) {
		return this.model.answer(model, question);
	}

	void ask(String question) {
		Decision decision = this.rateLimiter.acquire("openai", "gpt-4o", 800);
		if (decision.isAllowed()) {
			try (Permit permit = decision.permit()) {
				Answer answer = this.model.answer("gpt-4o", question);
				permit.settle(answer.totalTokens());
			}
		}
	}

	@ExceptionHandler
	ResponseEntity<Void> answer(RateLimitException limited) {
		return ResponseEntity.status(HttpStatus.TOO_MANY_REQUESTS)
			.header(HttpHeaders.RETRY_AFTER, limited.headers().values(HttpHeaders.RETRY_AFTER).toArray(String[]::new))
			.build();
	}

	interface Model {

		Answer answer(String model, String question);

	}

	record Answer(String text, long totalTokens) {
	}

}
