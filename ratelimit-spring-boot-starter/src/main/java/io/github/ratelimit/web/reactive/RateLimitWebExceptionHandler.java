package io.github.ratelimit.web.reactive;

import io.github.ratelimit.web.response.PlainAnswers;
import java.nio.charset.StandardCharsets;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;

/**
 * Answers the refusals that {@link io.github.ratelimit.RateLimited @RateLimited} methods
 * throw in a reactive web application. An {@code @ExceptionHandler} of the application
 * that takes them comes first. Thread-safe.
 */
public final class RateLimitWebExceptionHandler implements WebExceptionHandler, Ordered {

	/** Before the application's and Spring Boot's handlers of any failure. */
	private static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 100;

	private final PlainAnswers answers;

	/**
	 * Creates the handler.
	 * @param answers how refusals are answered
	 */
	public RateLimitWebExceptionHandler(PlainAnswers answers) {
		this.answers = answers;
	}

	@Override
	public int getOrder() {
		return ORDER;
	}

	@Override
	public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
		ServerHttpResponse response = exchange.getResponse();
		PlainAnswers.Answer answer = response.isCommitted() ? null
				: this.answers.answer(failure, response.getHeaders().getFirst("request-id"));
		return (answer != null) ? write(exchange, answer) : Mono.error(failure);
	}

	private static Mono<Void> write(ServerWebExchange exchange, PlainAnswers.Answer answer) {
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
