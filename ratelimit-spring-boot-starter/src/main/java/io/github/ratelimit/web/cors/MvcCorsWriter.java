package io.github.ratelimit.web.cors;

import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.cors.CorsConfigurationSource;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.HandlerExecutionChain;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.util.ServletRequestPathUtils;

/**
 * Asks Spring MVC: looks for the handler as the dispatcher servlet does and runs the
 * interceptor that writes what {@code @CrossOrigin} and {@code addCorsMappings} say.
 */
public final class MvcCorsWriter implements CorsWriter {

	private final Supplier<List<HandlerMapping>> mappings;

	/** By the names of servlets, of which an application has few. */
	private final Map<String, Boolean> dispatchers = new ConcurrentHashMap<>();

	/**
	 * Creates the writer.
	 * @param mappings the handler mappings in their order, asked for once, at the first
	 * use
	 */
	public MvcCorsWriter(Supplier<List<HandlerMapping>> mappings) {
		this.mappings = SingletonSupplier.of(mappings);
	}

	@Override
	public void write(HttpServletRequest request, HttpServletResponse response) throws Exception {
		ServletRequestPathUtils.parseAndCache(request);
		HandlerExecutionChain chain = chain(request);
		if (chain == null) {
			return;
		}
		for (HandlerInterceptor interceptor : chain.getInterceptorList()) {
			if (interceptor instanceof CorsConfigurationSource) {
				interceptor.preHandle(request, response, chain.getHandler());
			}
		}
	}

	/** Other servlets get their requests past the mappings, whatever these would say. */
	@Override
	public Preflight preflight(HttpServletRequest request, HttpServletResponse response) {
		if (!isForDispatcher(request)) {
			return Preflight.HANDLED;
		}
		ServletRequestPathUtils.parseAndCache(request);
		HandlerExecutionChain chain = chain(request);
		boolean configured = chain != null && chain.getHandler() instanceof CorsConfigurationSource source
				&& source.getCorsConfiguration(request) != null;
		return configured ? Preflight.ANSWERED : Preflight.HANDLED;
	}

	private boolean isForDispatcher(HttpServletRequest request) {
		String servlet = request.getHttpServletMapping().getServletName();
		if (servlet == null || servlet.isEmpty()) {
			return true; // only in tests without a container, which know no other servlet
		}
		Boolean known = this.dispatchers.get(servlet);
		if (known == null) {
			known = isDispatcher(request.getServletContext().getServletRegistration(servlet));
			this.dispatchers.put(servlet, known);
		}
		return known;
	}

	private static boolean isDispatcher(@Nullable ServletRegistration registration) {
		String className = (registration != null) ? registration.getClassName() : null;
		if (className == null) {
			return false;
		}
		try {
			return DispatcherServlet.class
				.isAssignableFrom(ClassUtils.forName(className, DispatcherServlet.class.getClassLoader()));
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return false;
		}
	}

	private @Nullable HandlerExecutionChain chain(HttpServletRequest request) {
		for (HandlerMapping mapping : this.mappings.get()) {
			try {
				HandlerExecutionChain chain = mapping.getHandler(request);
				if (chain != null) {
					return chain;
				}
			}
			catch (Exception ex) {
				// Of a handler that refuses the method MVC writes no CORS headers either
				return null;
			}
		}
		return null;
	}

	@Override
	public String toString() {
		return "Spring MVC";
	}

}
