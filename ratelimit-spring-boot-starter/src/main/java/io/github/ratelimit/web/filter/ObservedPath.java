package io.github.ratelimit.web.filter;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.util.ClassUtils;
import org.springframework.web.filter.ServerHttpObservationFilter;

/**
 * Tells the observation of a request ({@code http.server.requests}) its path pattern,
 * where a refusal keeps Spring MVC from doing so: else its {@code uri} is unknown.
 */
final class ObservedPath {

	private static final boolean PRESENT = ClassUtils.isPresent("io.micrometer.observation.Observation",
			ObservedPath.class.getClassLoader());

	private ObservedPath() {
	}

	static void set(HttpServletRequest request, String pattern) {
		if (PRESENT) {
			ServerHttpObservationFilter.findObservationContext(request)
				.ifPresent((context) -> context.setPathPattern(pattern));
		}
	}

}
