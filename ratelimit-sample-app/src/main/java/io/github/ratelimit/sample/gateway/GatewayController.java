package io.github.ratelimit.sample.gateway;

import io.github.ratelimit.governor.CallRefusedException;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Profile;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClientResponseException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Passes calls on to the provider: as they are over an HTTP interface, or as a question
 * over Spring AI. Neither depends on limits.
 */
@RestController
@Profile("gateway")
class GatewayController {

	private final ProviderApi provider;

	private final ChatClient chat;

	private final String authorization;

	GatewayController(ProviderApi provider, ChatClient.Builder chat,
			@Value("Bearer ${spring.ai.openai.api-key}") String authorization) {
		this.provider = provider;
		this.chat = chat.build();
		this.authorization = authorization;
	}

	@PostMapping(path = "/gateway/chat/completions", produces = MediaType.APPLICATION_JSON_VALUE)
	Mono<String> complete(@RequestBody String request) {
		return this.provider.complete(this.authorization, request);
	}

	@GetMapping(path = "/gateway/ask", produces = MediaType.TEXT_PLAIN_VALUE)
	Flux<String> ask(@RequestParam String question) {
		return this.chat.prompt().user(question).stream().content();
	}

	/** The provider refused or failed: its answer is passed on. */
	@ExceptionHandler
	ResponseEntity<byte[]> answer(WebClientResponseException failure) {
		return ResponseEntity.status(failure.getStatusCode())
			.contentType(MediaType.APPLICATION_JSON)
			.body(failure.getResponseBodyAsByteArray());
	}

	/** The call would have waited for too long, and was not sent. */
	@ExceptionHandler
	ResponseEntity<Void> answer(CallRefusedException refused) {
		return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
			.header(HttpHeaders.RETRY_AFTER, Long.toString(refused.retryAfter().plusSeconds(1).toSeconds()))
			.build();
	}

}
