package io.github.ratelimit.sample.gateway;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.service.annotation.PostExchange;
import reactor.core.publisher.Mono;

/**
 * The provider's chat completions. The starter queues the calls of the client "provider",
 * which hold no thread until they are sent.
 */
interface ProviderApi {

	@PostExchange(url = "/v1/chat/completions", contentType = MediaType.APPLICATION_JSON_VALUE)
	Mono<String> complete(@RequestHeader(HttpHeaders.AUTHORIZATION) String authorization, @RequestBody String request);

}
