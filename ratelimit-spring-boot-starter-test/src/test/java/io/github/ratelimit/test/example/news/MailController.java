package io.github.ratelimit.test.example.news;

import io.github.ratelimit.RateLimiter;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
class MailController {

	private final RateLimiter rateLimiter;

	MailController(RateLimiter rateLimiter) {
		this.rateLimiter = rateLimiter;
	}

	@PostMapping("/mail")
	ResponseEntity<String> send(@RequestParam String to) {
		return this.rateLimiter.tryAcquire("mail", to).isAllowed() ? ResponseEntity.ok("sent")
				: ResponseEntity.status(HttpStatus.TOO_MANY_REQUESTS).body("later");
	}

}
