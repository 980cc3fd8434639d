package io.github.ratelimit.web.cors;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.cors.CorsUtils;
import org.springframework.web.util.WebUtils;

/**
 * Responses to other origins: they have the headers of the application's own CORS
 * configuration, which also expose the rate limit headers. Only for requests with an
 * {@code Origin}. Thread-safe.
 */
public final class CorsHeaders {

	private static final Log logger = LogFactory.getLog(CorsHeaders.class);

	private final Supplier<List<CorsWriter>> writers;

	/**
	 * Creates it.
	 * @param writers the parts of the application that write CORS headers, in the order
	 * in which they process a request; called once, at the first refusal of another
	 * origin
	 */
	public CorsHeaders(Supplier<List<CorsWriter>> writers) {
		this.writers = SingletonSupplier.of(writers);
	}

	/**
	 * Allows scripts to read headers, if the application allows the origin.
	 * @param response the response to a request of another origin
	 * @param names the names of the headers
	 * @return the response to continue with
	 */
	public HttpServletResponse expose(HttpServletResponse response, Collection<String> names) {
		boolean exposing = WebUtils.getNativeResponse(response, ExposedHeadersResponse.class) != null;
		return exposing ? response : new ExposedHeadersResponse(response, names);
	}

	/**
	 * Writes the CORS headers that the application would write for this request, if they
	 * are not there yet.
	 * @param request the request
	 * @param response its response
	 */
	public void allow(HttpServletRequest request, HttpServletResponse response) {
		if (CorsUtils.isPreFlightRequest(request)
				|| response.getHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN) != null) {
			return;
		}
		HttpServletRequest asked = new IsolatedRequest(request);
		for (CorsWriter writer : this.writers.get()) {
			CorsRecorder recorder = new CorsRecorder(response);
			try {
				writer.write(asked, recorder);
			}
			catch (Exception ex) {
				logger.debug("No CORS headers for a refusal: " + writer + " failed", ex);
				return;
			}
			if (recorder.hasSpoken()) {
				recorder.copyTo(response);
				return;
			}
		}
	}

	/**
	 * Returns whether the application's CORS processing answers a preflight request, so
	 * that no other component sees it.
	 * @param request a preflight request
	 * @param response its response, which stays untouched
	 * @return false also if the answer is unknown
	 */
	public boolean answersPreflight(HttpServletRequest request, HttpServletResponse response) {
		HttpServletRequest asked = new IsolatedRequest(request);
		for (CorsWriter writer : this.writers.get()) {
			try {
				CorsWriter.Preflight answer = writer.preflight(asked, new CorsRecorder(response));
				if (answer != CorsWriter.Preflight.PASSES) {
					return answer == CorsWriter.Preflight.ANSWERED;
				}
			}
			catch (Exception ex) {
				logger.debug("A preflight request is limited like others: " + writer + " failed", ex);
				return false;
			}
		}
		return false;
	}

	/**
	 * A request for other components, whose attributes do not reach the real one.
	 */
	private static final class IsolatedRequest extends HttpServletRequestWrapper {

		/** A value of null means removed. */
		private final Map<String, @Nullable Object> attributes = new HashMap<>();

		IsolatedRequest(HttpServletRequest request) {
			super(request);
		}

		@Override
		public @Nullable Object getAttribute(String name) {
			return this.attributes.containsKey(name) ? this.attributes.get(name) : super.getAttribute(name);
		}

		@Override
		public void setAttribute(String name, @Nullable Object value) {
			this.attributes.put(name, value);
		}

		@Override
		public void removeAttribute(String name) {
			this.attributes.put(name, null);
		}

	}

}
