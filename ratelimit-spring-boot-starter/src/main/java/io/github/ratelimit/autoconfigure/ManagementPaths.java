package io.github.ratelimit.autoconfigure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoint;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.actuate.endpoint.web.WebServerNamespace;
import org.springframework.context.ApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * The paths of management endpoints: exactly those of the exposed endpoints. Other paths
 * below their base path may be the application's own.
 */
final class ManagementPaths {

	private static final String ENDPOINTS = "org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints";

	private static final String PORT_TYPE = "org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType";

	private ManagementPaths() {
	}

	/** To be called late, since it creates all endpoints. */
	static Supplier<Map<String, List<String>>> of(ApplicationContext context) {
		ClassLoader classes = context.getClassLoader();
		boolean present = ClassUtils.isPresent(ENDPOINTS, classes) && ClassUtils.isPresent(PORT_TYPE, classes);
		return present ? () -> Endpoints.paths(context) : Map::of;
	}

	/** Returns a path with a slash before it and none after it, empty for the root. */
	static String clean(String path) {
		String clean = StringUtils.trimTrailingCharacter(path.strip(), '/');
		return (clean.isEmpty() || clean.startsWith("/")) ? clean : "/" + clean;
	}

	/** Loaded only with Actuator. */
	private static final class Endpoints {

		static Map<String, List<String>> paths(ApplicationContext context) {
			PathMappedEndpoints mapped = context.getBeanProvider(PathMappedEndpoints.class).getIfAvailable();
			if (mapped == null) {
				return Map.of();
			}
			Environment environment = context.getEnvironment();
			String servletPath = clean(environment.getProperty("spring.mvc.servlet.path", ""));
			String basePath = clean(mapped.getBasePath());
			Map<String, List<String>> paths = new LinkedHashMap<>();
			BiConsumer<String, String> add = (base, pattern) -> {
				if (!pattern.isEmpty()) {
					paths.computeIfAbsent(servletPath + base, (first) -> new ArrayList<>()).add(servletPath + pattern);
				}
			};
			if (ManagementPortType.get(environment) == ManagementPortType.SAME) {
				if (environment.getProperty("management.endpoints.web.discovery.enabled", Boolean.class, true)) {
					add.accept(basePath, basePath);
				}
				for (PathMappedEndpoint endpoint : mapped) {
					String root = basePath + clean(endpoint.getRootPath());
					patterns(endpoint, basePath, root)
						.forEach((pattern) -> add.accept(basePath.isEmpty() ? root : basePath, pattern));
				}
			}
			for (PathMappedEndpoint endpoint : mapped) {
				endpoint.getAdditionalPaths(WebServerNamespace.SERVER)
					.forEach((path) -> add.accept(clean(path), clean(path)));
			}
			return paths;
		}

		private static Stream<String> patterns(PathMappedEndpoint endpoint, String basePath, String root) {
			if (root.isEmpty()) {
				return Stream.empty();
			}
			return (endpoint instanceof ExposableWebEndpoint web)
					? web.getOperations()
						.stream()
						.map((operation) -> basePath + clean(operation.getRequestPredicate().getPath()))
					: Stream.of(root + "/**");
		}

	}

}
