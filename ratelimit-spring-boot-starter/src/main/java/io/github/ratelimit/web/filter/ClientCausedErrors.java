package io.github.ratelimit.web.filter;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.Charset;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Enumeration;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.converter.HttpMessageNotWritableException;
import org.springframework.web.HttpMediaTypeNotAcceptableException;

/**
 * The errors for which a client pays all the same: it has disconnected, or its own
 * headers prevent that it is sent the result, and the work may have been done.
 */
final class ClientCausedErrors {

	/** The attribute of {@code DispatcherServlet}, which is optional. */
	private static final String EXCEPTION = "org.springframework.web.servlet.DispatcherServlet.EXCEPTION";

	private static final Set<HttpStatus> STATUSES = EnumSet.of(HttpStatus.NOT_ACCEPTABLE,
			HttpStatus.PRECONDITION_FAILED, HttpStatus.REQUESTED_RANGE_NOT_SATISFIABLE);

	/**
	 * What Tomcat and Jetty throw if a client disconnects. Other exceptions may be of a
	 * connection that the application has opened.
	 */
	private static final Pattern DISCONNECTED = Pattern
		.compile("org\\.apache\\.catalina\\.connector\\.ClientAbortException|org\\.eclipse\\.jetty\\..*EofException");

	private static final int MAX_DEPTH = 10;

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
	 * Returns whether the client has disconnected while it sent the request, or the
	 * result cannot be written as it wants it, whatever the status of the response is.
	 * @param request the request
	 * @param failure the exception that has left the application, null if there is none
	 * @param writeFailed whether the client has disconnected while it was sent the
	 * response
	 */
	static boolean preventResult(HttpServletRequest request, @Nullable Throwable failure, boolean writeFailed) {
		try {
			Throwable error = (request.getAttribute(EXCEPTION) instanceof Throwable handled) ? handled : failure;
			return error != null && (error instanceof HttpMediaTypeNotAcceptableException
					|| error instanceof HttpMessageNotWritableException || (!writeFailed && hasDisconnected(error))
					|| acceptsUnwritableCharset(request.getHeaders(HttpHeaders.ACCEPT)));
		}
		catch (IllegalStateException ex) {
			return false; // it has come to its end meanwhile
		}
	}

	private static boolean hasDisconnected(Throwable error) {
		Throwable cause = error;
		for (int depth = 0; depth < MAX_DEPTH && cause != null; depth++) {
			if (DISCONNECTED.matcher(cause.getClass().getName()).matches()) {
				return true;
			}
			cause = cause.getCause();
		}
		return false;
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
