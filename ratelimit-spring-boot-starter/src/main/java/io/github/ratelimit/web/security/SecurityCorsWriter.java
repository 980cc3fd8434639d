package io.github.ratelimit.web.security;

import io.github.ratelimit.web.cors.CorsWriter;
import io.github.ratelimit.web.cors.FilterCorsWriter;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.filter.CorsFilter;

/**
 * Runs the CORS processing of Spring Security: {@code cors()} in the chain of the
 * request.
 */
public final class SecurityCorsWriter implements CorsWriter {

	private final ObjectProvider<FilterChainProxy> security;

	/**
	 * Creates the writer.
	 * @param beanFactory where Spring Security's filter chains are, if there are any
	 */
	public SecurityCorsWriter(BeanFactory beanFactory) {
		this.security = beanFactory.getBeanProvider(FilterChainProxy.class);
	}

	@Override
	public void write(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
		preflight(request, response);
	}

	/** Without {@code cors()} Spring Security checks its credentials. */
	@Override
	public Preflight preflight(HttpServletRequest request, HttpServletResponse response)
			throws IOException, ServletException {
		List<Filter> filters = filters(request);
		for (Filter filter : filters) {
			if (filter instanceof CorsFilter) {
				Preflight answer = FilterCorsWriter.run(filter, request, response);
				return (answer == Preflight.ANSWERED) ? answer : Preflight.HANDLED;
			}
		}
		return (filters.isEmpty() && isKnown()) ? Preflight.PASSES : Preflight.HANDLED;
	}

	/** With several chains it is unknown which one handles the request. */
	private boolean isKnown() {
		return this.security.stream().limit(2).count() < 2;
	}

	private List<Filter> filters(HttpServletRequest request) {
		FilterChainProxy proxy = this.security.getIfUnique();
		if (proxy == null) {
			return List.of();
		}
		return proxy.getFilterChains()
			.stream()
			.filter((chain) -> chain.matches(request))
			.findFirst()
			.map(SecurityFilterChain::getFilters)
			.orElse(List.of());
	}

	@Override
	public String toString() {
		return "Spring Security";
	}

}
