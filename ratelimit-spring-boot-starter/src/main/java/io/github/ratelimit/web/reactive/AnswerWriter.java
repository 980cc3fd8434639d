package io.github.ratelimit.web.reactive;

import io.github.ratelimit.web.response.NonServletAnswers.Answer;
import java.nio.charset.StandardCharsets;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Writes an answer that takes the place of a failure. */
final class AnswerWriter {

	/** Before the application's and Spring Boot's handlers of any failure. */
	static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 100;

	private AnswerWriter() {
	}

	static Mono<Void> write(ServerWebExchange exchange, Answer answer) {
		ServerHttpResponse response = exchange.getResponse();
		response.setStatusCode(HttpStatusCode.valueOf(answer.status()));
		HttpHeaders headers = response.getHeaders();
		answer.headers().forEach(headers::set);
		if (answer.body() == null) {
			headers.setContentLength(0);
			return response.setComplete();
		}
		byte[] bytes = answer.body().text().getBytes(StandardCharsets.UTF_8);
		headers.setContentType(MediaType.parseMediaType(answer.body().contentType()));
		headers.setContentLength(bytes.length);
		if (HttpMethod.HEAD.equals(exchange.getRequest().getMethod())) {
			return response.setComplete();
		}
		DataBuffer buffer = response.bufferFactory().wrap(bytes);
		return response.writeWith(Mono.just(buffer));
	}

}
