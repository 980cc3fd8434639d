package io.github.ratelimit.web.reactive;

import io.github.ratelimit.web.response.NonServletAnswers;
import org.springframework.core.Ordered;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;

/**
 * Answers the refusals that {@link io.github.ratelimit.RateLimited @RateLimited} methods
 * and calls to providers throw in a reactive web application. An
 * {@code @ExceptionHandler} of the application that takes them comes first. Thread-safe.
 */
public final class RateLimitWebExceptionHandler implements WebExceptionHandler, Ordered {

	private final NonServletAnswers answers;

	/**
	 * Creates the handler.
	 * @param answers how refusals are answered
	 */
	public RateLimitWebExceptionHandler(NonServletAnswers answers) {
		this.answers = answers;
	}

	@Override
	public int getOrder() {
		return AnswerWriter.ORDER;
	}

	@Override
	public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
		ServerHttpResponse response = exchange.getResponse();
		NonServletAnswers.Answer answer = response.isCommitted() ? null
				: this.answers.answer(failure, response.getHeaders().getFirst("request-id"));
		return (answer != null) ? AnswerWriter.write(exchange, answer) : Mono.error(failure);
	}

}
