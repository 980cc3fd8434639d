package io.github.ratelimit.web.mvc;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.BiFunction;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.http.MediaType;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.ModelAndView;

/**
 * Answers in Spring MVC why the body of a request cannot be read, for the paths that have
 * such a reason. Thread-safe.
 */
public final class UnreadableBodyResolver implements HandlerExceptionResolver, Ordered {

	private static final Log logger = LogFactory.getLog(UnreadableBodyResolver.class);

	private final BiFunction<String, Throwable, @Nullable String> problems;

	/**
	 * Creates the resolver.
	 * @param problems returns the reason, as problem details of the status 400 in JSON,
	 * by the pattern of the path and the failure; null to leave the request to others
	 */
	public UnreadableBodyResolver(BiFunction<String, Throwable, @Nullable String> problems) {
		this.problems = problems;
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public @Nullable ModelAndView resolveException(HttpServletRequest request, HttpServletResponse response,
			@Nullable Object handler, Exception ex) {
		boolean unreadable = ex instanceof HttpMessageNotReadableException && !response.isCommitted();
		String problem = (unreadable
				&& request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE) instanceof String pattern)
						? this.problems.apply(pattern, ex) : null;
		if (problem == null) {
			return null;
		}
		try {
			answer(problem.getBytes(StandardCharsets.UTF_8), response);
		}
		catch (IOException failure) {
			logger.debug("A reason could not be sent", failure);
		}
		return new ModelAndView();
	}

	private static void answer(byte[] problem, HttpServletResponse response) throws IOException {
		response.setStatus(HttpServletResponse.SC_BAD_REQUEST);
		response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
		response.setContentLength(problem.length);
		response.getOutputStream().write(problem);
	}

}
