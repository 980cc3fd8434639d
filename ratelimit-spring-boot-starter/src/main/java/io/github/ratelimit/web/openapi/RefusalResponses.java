package io.github.ratelimit.web.openapi;

import io.github.ratelimit.Permit;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.media.IntegerSchema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import java.lang.reflect.Method;
import java.util.function.BiPredicate;
import org.springdoc.core.customizers.GlobalOperationCustomizer;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.web.method.HandlerMethod;

/**
 * Adds 429 to the responses of operations that are limited by
 * {@link io.github.ratelimit.RateLimited @RateLimited}, unless the application describes
 * it itself, and removes {@link Permit} from their parameters. Thread-safe.
 */
public final class RefusalResponses implements GlobalOperationCustomizer {

	private static final String STATUS = "429";

	private final BiPredicate<Method, Class<?>> limited;

	/**
	 * Creates the customizer.
	 * @param limited whether a method of a class is limited
	 */
	public RefusalResponses(BiPredicate<Method, Class<?>> limited) {
		this.limited = limited;
		SpringDocUtils.getConfig().addRequestWrapperToIgnore(Permit.class);
	}

	@Override
	public Operation customize(Operation operation, HandlerMethod handler) {
		if (this.limited.test(handler.getMethod(), handler.getBeanType())) {
			if (operation.getResponses() == null) {
				operation.setResponses(new ApiResponses());
			}
			operation.getResponses().computeIfAbsent(STATUS, (status) -> tooManyRequests());
		}
		return operation;
	}

	private static ApiResponse tooManyRequests() {
		Header retryAfter = new Header().description("Seconds until the call may be repeated")
			.schema(new IntegerSchema());
		return new ApiResponse().description("Too Many Requests").addHeaderObject("Retry-After", retryAfter);
	}

}
