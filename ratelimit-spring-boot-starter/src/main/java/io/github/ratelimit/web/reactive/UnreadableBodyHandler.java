package io.github.ratelimit.web.reactive;

import io.github.ratelimit.provider.BodyStyle.Body;
import io.github.ratelimit.web.response.NonServletAnswers.Answer;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebInputException;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;

/**
 * Answers in WebFlux why the body of a request cannot be read, for the paths that have
 * such a reason. Thread-safe.
 */
public final class UnreadableBodyHandler implements WebExceptionHandler, Ordered {

	private final BiFunction<String, Throwable, @Nullable String> problems;

	/**
	 * Creates the handler.
	 * @param problems returns the reason, as problem details of the status 400 in JSON,
	 * by the pattern of the path and the failure; null to leave the request to others
	 */
	public UnreadableBodyHandler(BiFunction<String, Throwable, @Nullable String> problems) {
		this.problems = problems;
	}

	@Override
	public int getOrder() {
		return AnswerWriter.ORDER;
	}

	@Override
	public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
		Object pattern = exchange.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
		boolean unreadable = failure instanceof ServerWebInputException && !exchange.getResponse().isCommitted();
		String problem = (unreadable && pattern != null) ? this.problems.apply(pattern.toString(), failure) : null;
		if (problem == null) {
			return Mono.error(failure);
		}
		return AnswerWriter.write(exchange, new Answer(HttpStatus.BAD_REQUEST.value(), Map.of(),
				new Body(MediaType.APPLICATION_PROBLEM_JSON_VALUE, problem)));
	}

}
