package io.github.ratelimit.web.cors;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * A part of the application that writes CORS headers: a filter, Spring Security, Spring
 * MVC. A refusal is sent before these parts run, so it calls them one after the other
 * until one has written its headers. An application that writes CORS headers in another
 * way provides a bean of this type.
 * <p>
 * Implementations must be thread-safe.
 */
@FunctionalInterface
public interface CorsWriter {

	/**
	 * Writes the CORS headers that this part would write to an actual request, never to a
	 * preflight request. To forbid the origin, set an error status: then no headers are
	 * sent.
	 * @param request a request with an {@code Origin}; attributes that are set stay here
	 * @param response takes headers and status; a body is dropped
	 * @throws Exception if it is unknown; no headers are sent
	 */
	void write(HttpServletRequest request, HttpServletResponse response) throws Exception;

	/**
	 * Returns how this part handles a preflight request. A preflight request that no CORS
	 * processing answers is limited like any other request.
	 * @param request a preflight request; attributes that are set stay here
	 * @param response takes headers and status; a body is dropped
	 * @return by default that it is passed to the next part
	 * @throws Exception if it is unknown; then the request is limited
	 */
	default Preflight preflight(HttpServletRequest request, HttpServletResponse response) throws Exception {
		return Preflight.PASSES;
	}

	/** How a part handles a preflight request. */
	enum Preflight {

		/** CORS processing answers it, and no other component sees it. */
		ANSWERED,

		/** It is passed to the next part. */
		PASSES,

		/**
		 * Another step precedes CORS processing, such as a check of the credentials that
		 * an attacker adds to it.
		 */
		HANDLED

	}

}
