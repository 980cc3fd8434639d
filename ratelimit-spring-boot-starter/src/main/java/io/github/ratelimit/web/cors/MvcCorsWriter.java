package io.github.ratelimit.web.cors;

import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
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
 * Runs the CORS processing of Spring MVC: looks up the handler as the dispatcher servlet
 * does and runs the interceptor for {@code @CrossOrigin} and {@code addCorsMappings}.
 */
public final class MvcCorsWriter implements CorsWriter {

	private final Supplier<List<HandlerMapping>> mappings;

	/**
	 * Creates the writer.
	 * @param mappings the handler mappings in their order, read once, at the first use
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

	/** The mappings do not apply to requests of other servlets. */
	@Override
	public Preflight preflight(HttpServletRequest request, HttpServletResponse response) throws ClassNotFoundException {
		if (!isForDispatcher(request)) {
			return Preflight.HANDLED;
		}
		ServletRequestPathUtils.parseAndCache(request);
		HandlerExecutionChain chain = chain(request);
		boolean configured = chain != null && chain.getHandler() instanceof CorsConfigurationSource source
				&& source.getCorsConfiguration(request) != null;
		return configured ? Preflight.ANSWERED : Preflight.HANDLED;
	}

	/** Without a container, as in tests, there is no other servlet. */
	private static boolean isForDispatcher(HttpServletRequest request) throws ClassNotFoundException {
		ServletRegistration servlet = request.getServletContext()
			.getServletRegistration(request.getHttpServletMapping().getServletName());
		return servlet == null || DispatcherServlet.class
			.isAssignableFrom(ClassUtils.forName(servlet.getClassName(), DispatcherServlet.class.getClassLoader()));
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
				// for a handler that does not support the method, MVC writes no CORS
				// headers either
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
