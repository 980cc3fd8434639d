package io.github.ratelimit.documentation;

import io.github.ratelimit.Decision;
import io.github.ratelimit.RateLimiter;
import org.springframework.stereotype.Service;

@Service
class Mailer {

	private final RateLimiter rateLimiter;

	Mailer(RateLimiter rateLimiter) {
		this.rateLimiter = rateLimiter;
	}

	void send(String recipient) {
		Decision decision = this.rateLimiter.tryAcquire("mail", recipient);
		if (!decision.isAllowed()) {
			throw new IllegalStateException("Try again in " + decision.retryAfter());
		}
		// ...
	}

}
