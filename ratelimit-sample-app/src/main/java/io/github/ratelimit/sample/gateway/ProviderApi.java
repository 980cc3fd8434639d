package io.github.ratelimit.sample.gateway;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.service.annotation.PostExchange;

/**
 * The provider's chat completions. The starter queues the calls of the client "provider".
 */
interface ProviderApi {

	@PostExchange(url = "/v1/chat/completions", contentType = MediaType.APPLICATION_JSON_VALUE)
	String complete(@RequestHeader(HttpHeaders.AUTHORIZATION) String authorization, @RequestBody String request);

}
