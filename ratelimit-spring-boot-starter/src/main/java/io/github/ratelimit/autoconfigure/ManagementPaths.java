package io.github.ratelimit.autoconfigure;

import java.util.List;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.context.ApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Where the management endpoints are among the paths of the application: nowhere without
 * Actuator, or where they have a port or the root path of their own.
 */
final class ManagementPaths {

	private static final String PORT_TYPE = "org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType";

	private ManagementPaths() {
	}

	static List<String> of(ApplicationContext context) {
		Environment environment = context.getEnvironment();
		if (!ClassUtils.isPresent(PORT_TYPE, context.getClassLoader())
				|| ManagementPortType.get(environment) != ManagementPortType.SAME) {
			return List.of();
		}
		String base = clean(environment.getProperty("management.endpoints.web.base-path", "/actuator"));
		return base.isEmpty() ? List.of()
				: List.of(clean(environment.getProperty("spring.mvc.servlet.path", "")) + base);
	}

	private static String clean(String path) {
		String clean = path.strip();
		while (clean.endsWith("/")) {
			clean = clean.substring(0, clean.length() - 1);
		}
		return (clean.isEmpty() || clean.startsWith("/")) ? clean : "/" + clean;
	}

}
