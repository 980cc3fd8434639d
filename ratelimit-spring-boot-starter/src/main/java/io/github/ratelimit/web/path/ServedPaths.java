package io.github.ratelimit.web.path;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.util.ClassUtils;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.support.RouterFunctionMapping;
import org.springframework.web.servlet.handler.AbstractUrlHandlerMapping;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;

/**
 * The path patterns that an application serves: handlers of Spring MVC and other
 * servlets.
 */
final class ServedPaths {

	/** Paths of Spring Security's own filters, if the application has it. */
	private static final List<String> SECURITY = List.of("/login/**", "/logout", "/oauth2/**", "/saml2/**",
			"/webauthn/**", "/ott/**", "/.well-known/**", "/connect/**", "/userinfo");

	/** The pattern of static resources, which matches every path. */
	private static final String EVERYTHING = "/**";

	private final String servletPath;

	private final Set<String> patterns = new TreeSet<>();

	private boolean complete = true;

	private ServedPaths(String servletPath) {
		this.servletPath = servletPath;
	}

	/**
	 * Finds the patterns.
	 * @param context the refreshed context
	 * @param servletContext where servlets are registered
	 * @param servletPath the path of the dispatcher servlet, empty for none
	 * @return the patterns, null if not all of them are known
	 */
	static @Nullable Set<String> of(ApplicationContext context, ServletContext servletContext, String servletPath) {
		ServedPaths paths = new ServedPaths(servletPath);
		List<HandlerMapping> mappings = context.getBeanProvider(HandlerMapping.class).orderedStream().toList();
		mappings.forEach(paths::add);
		for (ServletRegistration servlet : servletContext.getServletRegistrations().values()) {
			paths.add(servlet);
		}
		if (ClassUtils.isPresent("org.springframework.security.web.FilterChainProxy", context.getClassLoader())) {
			paths.patterns.addAll(SECURITY);
		}
		return (paths.complete && !mappings.isEmpty()) ? paths.patterns : null;
	}

	private void add(HandlerMapping mapping) {
		if (mapping instanceof RequestMappingInfoHandlerMapping methods) {
			methods.getHandlerMethods().keySet().forEach((info) -> info.getPatternValues().forEach(this::addHandled));
		}
		else if (mapping instanceof AbstractUrlHandlerMapping urls) {
			urls.getHandlerMap().keySet().stream().filter((url) -> !url.equals(EVERYTHING)).forEach(this::addHandled);
			if (urls.getRootHandler() != null) {
				addHandled("/");
			}
		}
		else if (mapping instanceof RouterFunctionMapping functions) {
			add(functions.getRouterFunction());
		}
		else {
			this.complete = false;
		}
	}

	private void add(@Nullable RouterFunction<?> function) {
		List<String> routed = (function != null) ? RouterFunctionPaths.of(function) : List.of();
		if (routed == null) {
			this.complete = false;
			return;
		}
		routed.forEach(this::addHandled);
	}

	private void addHandled(String pattern) {
		this.patterns.add(this.servletPath + (pattern.startsWith("/") ? pattern : "/" + pattern));
	}

	private void add(ServletRegistration servlet) {
		if (DispatcherServlet.class.getName().equals(servlet.getClassName())) {
			return;
		}
		for (String mapping : new ArrayList<>(servlet.getMappings())) {
			String anyFile = mapping.startsWith("*.") ? "/**/" + mapping : mapping;
			this.patterns.add(mapping.endsWith("/*") ? mapping + "*" : anyFile);
		}
	}

}
