package io.github.ratelimit.web.cors;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** Runs a filter whose only task is CORS, such as Spring's {@code CorsFilter}. */
public final class FilterCorsWriter implements CorsWriter {

	private final Filter filter;

	private final List<String> urlPatterns;

	private final Set<String> servletNames;

	/**
	 * Creates the writer.
	 * @param filter the filter
	 * @param urlPatterns where the servlet container maps it
	 * @param servletNames the servlets that it is mapped to; it is mapped everywhere if
	 * there are neither patterns nor servlets
	 */
	public FilterCorsWriter(Filter filter, Collection<String> urlPatterns, Collection<String> servletNames) {
		this.filter = filter;
		this.urlPatterns = List.copyOf(urlPatterns);
		this.servletNames = Set.copyOf(servletNames);
	}

	/**
	 * Returns whether a filter with these dispatches sees incoming requests.
	 * @param dispatcherTypes what the filter is registered for
	 * @return whether requests are among them
	 */
	public static boolean seesRequests(Collection<DispatcherType> dispatcherTypes) {
		return dispatcherTypes.contains(DispatcherType.REQUEST);
	}

	@Override
	public void write(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
		preflight(request, response);
	}

	@Override
	public Preflight preflight(HttpServletRequest request, HttpServletResponse response)
			throws IOException, ServletException {
		return isMapped(request) ? run(this.filter, request, response) : Preflight.PASSES;
	}

	/**
	 * Runs a filter with an empty chain. A preflight request that the filter does not
	 * answer is passed on.
	 * @param filter the filter
	 * @param request the request
	 * @param response takes headers and status
	 * @return how the filter has handled the request
	 * @throws IOException if the filter throws it
	 * @throws ServletException if the filter throws it
	 */
	public static Preflight run(Filter filter, HttpServletRequest request, HttpServletResponse response)
			throws IOException, ServletException {
		AtomicBoolean passes = new AtomicBoolean();
		filter.doFilter(request, response, (passed, answer) -> passes.set(true));
		return passes.get() ? Preflight.PASSES : Preflight.ANSWERED;
	}

	private boolean isMapped(HttpServletRequest request) {
		if (this.servletNames.contains(request.getHttpServletMapping().getServletName())) {
			return true;
		}
		String path = request.getServletPath() + ((request.getPathInfo() != null) ? request.getPathInfo() : "");
		return (this.urlPatterns.isEmpty() && this.servletNames.isEmpty())
				|| this.urlPatterns.stream().anyMatch((pattern) -> matches(pattern, path));
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
