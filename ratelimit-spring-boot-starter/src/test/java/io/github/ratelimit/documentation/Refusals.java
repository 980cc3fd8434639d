package io.github.ratelimit.documentation;

import io.github.ratelimit.RateLimitExceededException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

@RestControllerAdvice
class Refusals {

	@ExceptionHandler
	ResponseEntity<String> refused(RateLimitExceededException refusal) {
		return ResponseEntity.status(HttpStatus.TOO_MANY_REQUESTS)
			.body("Try again in " + refusal.retryAfter().toSeconds() + " s");
	}

}
