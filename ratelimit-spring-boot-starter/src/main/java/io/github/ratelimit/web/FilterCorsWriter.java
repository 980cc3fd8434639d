package io.github.ratelimit.web;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collection;
import java.util.List;

/** Asks a filter whose only work is CORS, such as Spring's {@code CorsFilter}. */
public final class FilterCorsWriter implements CorsWriter {

	private static final FilterChain END = (request, response) -> {
	};

	private final Filter filter;

	private final List<String> urlPatterns;

	/**
	 * Creates the writer.
	 * @param filter the filter
	 * @param urlPatterns where the servlet container maps it, none for everywhere
	 */
	public FilterCorsWriter(Filter filter, Collection<String> urlPatterns) {
		this.filter = filter;
		this.urlPatterns = List.copyOf(urlPatterns);
	}

	@Override
	public void write(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
		if (isMapped(request)) {
			this.filter.doFilter(request, response, END);
		}
	}

	private boolean isMapped(HttpServletRequest request) {
		String path = request.getServletPath() + ((request.getPathInfo() != null) ? request.getPathInfo() : "");
		return this.urlPatterns.isEmpty() || this.urlPatterns.stream().anyMatch((pattern) -> matches(pattern, path));
	}

	/** As the Servlet specification matches paths, 12.2. */
	private static boolean matches(String pattern, String path) {
		if (pattern.endsWith("/*")) {
			String prefix = pattern.substring(0, pattern.length() - 2);
			return path.equals(prefix) || path.startsWith(prefix + "/");
		}
		return pattern.equals(path) || (pattern.startsWith("*.") && path.endsWith(pattern.substring(1)));
	}

	@Override
	public String toString() {
		return this.filter.toString();
	}

}
