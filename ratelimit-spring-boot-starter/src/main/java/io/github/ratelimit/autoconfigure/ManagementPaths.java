package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.web.path.ManagementPath;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoint;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.actuate.endpoint.web.WebOperation;
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
	static Supplier<List<ManagementPath>> of(ApplicationContext context) {
		ClassLoader classes = context.getClassLoader();
		boolean present = ClassUtils.isPresent(ENDPOINTS, classes) && ClassUtils.isPresent(PORT_TYPE, classes);
		return present ? () -> Endpoints.paths(context) : List::of;
	}

	/** Returns a path with a slash before it and none after it, empty for the root. */
	static String clean(String path) {
		String clean = StringUtils.trimTrailingCharacter(path.strip(), '/');
		return (clean.isEmpty() || clean.startsWith("/")) ? clean : "/" + clean;
	}

	/** Loaded only with Actuator. */
	private static final class Endpoints {

		private final String servletPath;

		private final String basePath;

		private final List<ManagementPath> paths = new ArrayList<>();

		private Endpoints(String servletPath, String basePath) {
			this.servletPath = servletPath;
			this.basePath = basePath;
		}

		static List<ManagementPath> paths(ApplicationContext context) {
			PathMappedEndpoints mapped = context.getBeanProvider(PathMappedEndpoints.class).getIfAvailable();
			if (mapped == null) {
				return List.of();
			}
			Environment environment = context.getEnvironment();
			Endpoints endpoints = new Endpoints(clean(environment.getProperty("spring.mvc.servlet.path", "")),
					clean(mapped.getBasePath()));
			if (ManagementPortType.get(environment) == ManagementPortType.SAME) {
				if (environment.getProperty("management.endpoints.web.discovery.enabled", Boolean.class, true)) {
					endpoints.add(endpoints.basePath);
				}
				mapped.forEach(endpoints::add);
			}
			for (PathMappedEndpoint endpoint : mapped) {
				endpoint.getAdditionalPaths(WebServerNamespace.SERVER).forEach((path) -> endpoints.add(clean(path)));
			}
			return endpoints.paths;
		}

		private void add(PathMappedEndpoint endpoint) {
			String root = this.basePath + clean(endpoint.getRootPath());
			if (root.isEmpty()) {
				return;
			}
			String base = this.basePath.isEmpty() ? root : this.basePath;
			if (endpoint instanceof ExposableWebEndpoint web) {
				for (WebOperation operation : web.getOperations()) {
					add(base, this.basePath + clean(operation.getRequestPredicate().getPath()));
				}
			}
			else {
				add(base, root + "/**");
			}
		}

		private void add(String path) {
			if (!path.isEmpty()) {
				add(path, path);
			}
		}

		private void add(String base, String pattern) {
			this.paths.add(ManagementPath.of(this.servletPath + base, this.servletPath + pattern));
		}

	}

}
