package io.github.ratelimit.web.graphql;

import graphql.ErrorClassification;
import graphql.GraphQLError;
import graphql.GraphqlErrorBuilder;
import graphql.schema.DataFetchingEnvironment;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.provider.Refusal;
import io.github.ratelimit.web.response.NonServletAnswers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.core.Ordered;
import org.springframework.graphql.execution.DataFetcherExceptionResolver;
import org.springframework.graphql.execution.ErrorType;
import reactor.core.publisher.Mono;

/**
 * Reports refused {@link io.github.ratelimit.RateLimited @RateLimited} data fetchers to
 * GraphQL clients: by an error whose extensions have a classification, the wait ({@code
 * retryAfter}, in whole seconds) and the names of the limits that refuse. Resolvers and
 * exception handlers of the application take precedence. Thread-safe.
 */
public final class RefusalErrorResolver implements DataFetcherExceptionResolver, Ordered {

	private final NonServletAnswers answers;

	/**
	 * Creates the resolver.
	 * @param answers how refusals are answered
	 */
	public RefusalErrorResolver(NonServletAnswers answers) {
		this.answers = answers;
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public Mono<List<GraphQLError>> resolveException(Throwable failure, DataFetchingEnvironment environment) {
		Refusal refusal = this.answers.refusal(failure, null);
		return (refusal != null) ? Mono.just(List.of(error(refusal, environment))) : Mono.empty();
	}

	private static GraphQLError error(Refusal refusal, DataFetchingEnvironment environment) {
		Map<String, Object> extensions = new LinkedHashMap<>();
		if (refusal.retryAfterSeconds() > 0) {
			extensions.put("retryAfter", refusal.retryAfterSeconds());
		}
		if (!refusal.violated().isEmpty()) {
			extensions.put("limits",
					refusal.violated().stream().map(LimitDecision::limit).map((limit) -> limit.name()).toList());
		}
		return GraphqlErrorBuilder.newError(environment)
			.message("%s", refusal.message())
			.errorType(classification(refusal.reason()))
			.extensions(extensions)
			.build();
	}

	private static ErrorClassification classification(Refusal.Reason reason) {
		return switch (reason) {
			case LIMIT_EXCEEDED, BANNED -> Classification.TOO_MANY_REQUESTS;
			case TOO_LARGE -> Classification.CONTENT_TOO_LARGE;
			case UNAVAILABLE -> Classification.UNAVAILABLE;
			case MISSING_KEY -> ErrorType.FORBIDDEN;
		};
	}

	/** The type of the error of a refusal, for which Spring has no constant. */
	private enum Classification implements ErrorClassification {

		TOO_MANY_REQUESTS, CONTENT_TOO_LARGE, UNAVAILABLE

	}

}
