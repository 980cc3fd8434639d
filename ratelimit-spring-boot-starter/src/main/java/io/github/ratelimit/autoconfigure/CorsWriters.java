package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.web.cors.CorsWriter;
import io.github.ratelimit.web.cors.FilterCorsWriter;
import io.github.ratelimit.web.cors.MvcCorsWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.OrderUtils;
import org.springframework.web.filter.CorsFilter;

/**
 * The parts of the application that write CORS headers, in the order in which they
 * process a request: filters before Spring Security, Spring Security, the other filters,
 * Spring MVC.
 */
final class CorsWriters {

	private final int securityOrder;

	private final List<CorsWriter> early = new ArrayList<>();

	private final List<CorsWriter> late = new ArrayList<>();

	CorsWriters(ObjectProvider<CorsFilter> filters, ObjectProvider<FilterRegistrationBean<?>> registrations,
			int securityOrder) {
		this.securityOrder = securityOrder;
		Set<Object> registered = Collections.newSetFromMap(new IdentityHashMap<>());
		for (FilterRegistrationBean<?> registration : registrations) {
			if (registration.getFilter() instanceof CorsFilter filter) {
				registered.add(filter);
				if (registration.isEnabled()
						&& FilterCorsWriter.seesRequests(registration.determineDispatcherTypes())) {
					add(new FilterCorsWriter(filter, registration.getUrlPatterns(), servlets(registration)),
							registration.getOrder());
				}
			}
		}
		for (CorsFilter filter : filters) {
			if (!registered.contains(filter)) {
				add(new FilterCorsWriter(filter, List.of(), List.of()), order(filter));
			}
		}
	}

	private static List<String> servlets(FilterRegistrationBean<?> registration) {
		List<String> names = new ArrayList<>(registration.getServletNames());
		registration.getServletRegistrationBeans().forEach((servlet) -> names.add(servlet.getServletName()));
		return names;
	}

	private static int order(CorsFilter filter) {
		return (filter instanceof Ordered ordered) ? ordered.getOrder()
				: OrderUtils.getOrder(filter.getClass(), Ordered.LOWEST_PRECEDENCE);
	}

	private void add(CorsWriter writer, int order) {
		((order < this.securityOrder) ? this.early : this.late).add(writer);
	}

	/** Returns all, the filters among the writers that are beans. */
	List<CorsWriter> with(List<CorsWriter> beans) {
		List<CorsWriter> all = new ArrayList<>(this.early);
		beans.stream().takeWhile((bean) -> !(bean instanceof MvcCorsWriter)).forEach(all::add);
		all.addAll(this.late);
		beans.stream().dropWhile((bean) -> !(bean instanceof MvcCorsWriter)).forEach(all::add);
		return all;
	}

}
