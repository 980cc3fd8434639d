package io.github.ratelimit.web.filter;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.util.ClassUtils;
import org.springframework.web.filter.ServerHttpObservationFilter;

/**
 * Passes the path pattern of a request to its observation ({@code http.server.requests}),
 * if a refusal prevents Spring MVC from doing so: otherwise its {@code uri} would be
 * unknown.
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
