package io.github.ratelimit.web.security;

import io.github.ratelimit.web.CorsWriter;
import io.github.ratelimit.web.FilterCorsWriter;
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

/** Asks Spring Security: what {@code cors()} says in the chain that has the request. */
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
		FilterChainProxy proxy = this.security.getIfUnique();
		if (proxy == null) {
			return;
		}
		for (SecurityFilterChain chain : proxy.getFilterChains()) {
			if (chain.matches(request)) {
				for (Filter filter : chain.getFilters()) {
					if (filter instanceof CorsFilter) {
						new FilterCorsWriter(filter, List.of()).write(request, response);
					}
				}
				return;
			}
		}
	}

	@Override
	public String toString() {
		return "Spring Security";
	}

}
