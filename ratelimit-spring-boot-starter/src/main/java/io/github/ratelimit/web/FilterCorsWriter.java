package io.github.ratelimit.web;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Asks a filter whose only work is CORS, such as Spring's {@code CorsFilter}. */
public final class FilterCorsWriter implements CorsWriter {

	private static final FilterChain END = (request, response) -> {
	};

	private final Filter filter;

	/**
	 * Creates the writer.
	 * @param filter the filter
	 */
	public FilterCorsWriter(Filter filter) {
		this.filter = filter;
	}

	@Override
	public void write(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
		this.filter.doFilter(request, response, END);
	}

	@Override
	public String toString() {
		return this.filter.toString();
	}

}
