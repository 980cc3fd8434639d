package io.github.ratelimit.web.mvc;

import io.github.ratelimit.Permit;
import io.github.ratelimit.permit.RequestPermit;
import io.github.ratelimit.web.filter.HttpLimitedRequest;
import jakarta.servlet.ServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/**
 * Passes the {@link Permit} of its request to a controller method: of all its limits,
 * including those that are charged while the method runs. Without limits it is an empty
 * one, never null. Thread-safe.
 */
public final class PermitArgumentResolver implements HandlerMethodArgumentResolver {

	@Override
	public boolean supportsParameter(MethodParameter parameter) {
		return parameter.getParameterType() == Permit.class;
	}

	@Override
	public Permit resolveArgument(MethodParameter parameter, @Nullable ModelAndViewContainer container,
			NativeWebRequest request, @Nullable WebDataBinderFactory binderFactory) {
		ServletRequest served = request.getNativeRequest(ServletRequest.class);
		HttpLimitedRequest scope = (served != null) ? HttpLimitedRequest.of(served) : null;
		return (scope != null) ? scope.permit() : new RequestPermit(List.of());
	}

}
