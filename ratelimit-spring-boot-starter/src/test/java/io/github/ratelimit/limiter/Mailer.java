package io.github.ratelimit.limiter;

import io.github.ratelimit.Decision;
import io.github.ratelimit.RateLimiter;
import org.springframework.stereotype.Service;

@Service
class Mailer {

	private final RateLimiter rateLimiter;

	Mailer(RateLimiter rateLimiter) {
		this.rateLimiter = rateLimiter;
	}

	boolean send(String recipient) {
		Decision decision = this.rateLimiter.tryAcquire("mail", recipient);
		if (!decision.isAllowed()) {
			System.out.println("Wait " + decision.retryAfter());
			return false;
		}
		return true;
	}

}
