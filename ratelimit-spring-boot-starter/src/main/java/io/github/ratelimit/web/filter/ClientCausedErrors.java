package io.github.ratelimit.web.filter;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.Charset;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Enumeration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.converter.HttpMessageNotWritableException;
import org.springframework.web.HttpMediaTypeNotAcceptableException;

/**
 * The errors for which a client pays all the same: its own headers prevent that it is
 * sent the result, and the work may have been done.
 */
final class ClientCausedErrors {

	/** The attribute of {@code DispatcherServlet}, which is optional. */
	private static final String EXCEPTION = "org.springframework.web.servlet.DispatcherServlet.EXCEPTION";

	private static final Set<HttpStatus> STATUSES = EnumSet.of(HttpStatus.NOT_ACCEPTABLE,
			HttpStatus.PRECONDITION_FAILED, HttpStatus.REQUESTED_RANGE_NOT_SATISFIABLE);

	private ClientCausedErrors() {
	}

	/**
	 * Returns whether the status says that the client does not accept the result.
	 * @param status any number
	 */
	static boolean contain(int status) {
		HttpStatus known = HttpStatus.resolve(status);
		return known != null && STATUSES.contains(known);
	}

	/**
	 * Returns whether the result cannot be written as the client wants it, whatever the
	 * status of the response is.
	 * @param request the request
	 * @param failed whether an exception has left the application
	 */
	static boolean isUnwritable(HttpServletRequest request, boolean failed) {
		try {
			Object handled = request.getAttribute(EXCEPTION);
			return handled instanceof HttpMediaTypeNotAcceptableException
					|| handled instanceof HttpMessageNotWritableException || ((failed || handled != null)
							&& acceptsUnwritableCharset(request.getHeaders(HttpHeaders.ACCEPT)));
		}
		catch (IllegalStateException ex) {
			return false; // it has come to its end meanwhile
		}
	}

	/**
	 * Java can only read some charsets, such as {@code ISO-2022-CN}: if a client asks for
	 * one, Spring MVC fails while it writes the text that the handler has returned. For
	 * an {@code Accept} that it cannot read, it answers with 406.
	 */
	private static boolean acceptsUnwritableCharset(@Nullable Enumeration<String> accept) {
		if (accept == null || !accept.hasMoreElements()) {
			return false;
		}
		try {
			for (MediaType accepted : MediaType.parseMediaTypes(Collections.list(accept))) {
				Charset charset = accepted.getCharset();
				if (charset != null && !charset.canEncode()) {
					return true;
				}
			}
		}
		catch (InvalidMediaTypeException ex) {
			return false;
		}
		return false;
	}

}
