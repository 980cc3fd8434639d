package io.github.ratelimit.web.filter;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.Charset;
import java.util.Collections;
import java.util.Enumeration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/**
 * The charsets in which a request accepts its response. Java can only read some of them,
 * such as {@code ISO-2022-CN}: if a client asks for one, Spring MVC fails while it writes
 * the text that the handler has returned.
 */
final class AcceptedCharsets {

	private AcceptedCharsets() {
	}

	/**
	 * Returns whether there is one that nothing can be written in.
	 * @param request the request
	 * @return false also for an {@code Accept} that Spring MVC cannot read, since it
	 * answers with 406 then
	 */
	static boolean haveUnwritable(HttpServletRequest request) {
		Enumeration<String> accept = request.getHeaders(HttpHeaders.ACCEPT);
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
