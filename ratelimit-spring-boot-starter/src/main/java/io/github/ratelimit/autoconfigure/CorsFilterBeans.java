package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.web.CorsWriter;
import io.github.ratelimit.web.FilterCorsWriter;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collection;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.CorsFilter;

/** Asks the CORS filters that the application registers with the servlet container. */
final class CorsFilterBeans implements CorsWriter {

	private final ObjectProvider<CorsFilter> filters;

	private final ObjectProvider<FilterRegistrationBean<?>> registrations;

	CorsFilterBeans(ObjectProvider<CorsFilter> filters, ObjectProvider<FilterRegistrationBean<?>> registrations) {
		this.filters = filters;
		this.registrations = registrations;
	}

	@Override
	public void write(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
		for (CorsFilter filter : this.filters) {
			ask(filter, request, response);
		}
		for (FilterRegistrationBean<?> registration : this.registrations) {
			if (registration.getFilter() instanceof CorsFilter filter && registration.isEnabled()
					&& isMapped(registration.getUrlPatterns(), request)) {
				ask(filter, request, response);
			}
		}
	}

	private static void ask(CorsFilter filter, HttpServletRequest request, HttpServletResponse response)
			throws IOException, ServletException {
		if (!response.containsHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN)) {
			new FilterCorsWriter(filter).write(request, response);
		}
	}

	/** As a servlet container matches filters to paths. */
	private static boolean isMapped(Collection<String> patterns, HttpServletRequest request) {
		String path = request.getServletPath() + ((request.getPathInfo() != null) ? request.getPathInfo() : "");
		return patterns.isEmpty() || patterns.stream().anyMatch((pattern) -> matches(pattern, path));
	}

	private static boolean matches(String pattern, String path) {
		if (pattern.endsWith("/*")) {
			String prefix = pattern.substring(0, pattern.length() - 2);
			return path.equals(prefix) || path.startsWith(prefix + "/");
		}
		return pattern.equals(path) || (pattern.startsWith("*.") && path.endsWith(pattern.substring(1)));
	}

	@Override
	public String toString() {
		return "a CORS filter";
	}

}
