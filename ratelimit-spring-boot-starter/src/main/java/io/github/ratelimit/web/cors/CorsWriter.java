package io.github.ratelimit.web.cors;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * A part of the application that writes CORS headers: a filter, Spring Security, Spring
 * MVC. A refusal asks them, one after the other, until one has spoken, since it goes out
 * before they come to their turn. An application that writes CORS headers in a way of its
 * own says so by a bean of this type.
 * <p>
 * Implementations must be thread-safe.
 */
@FunctionalInterface
public interface CorsWriter {

	/**
	 * Writes the CORS headers that this part would write to an actual request, never to a
	 * preflight request. To forbid the origin, set an error status: no headers are sent
	 * then.
	 * @param request a request with an {@code Origin}; attributes that are set stay here
	 * @param response takes headers and status; a body is dropped
	 * @throws Exception if it cannot be found out; no headers are sent
	 */
	void write(HttpServletRequest request, HttpServletResponse response) throws Exception;

	/**
	 * Returns what becomes of a preflight request that comes to this part. One that no
	 * CORS processing answers is limited like any other request.
	 * @param request a preflight request; attributes that are set stay here
	 * @param response takes headers and status; a body is dropped
	 * @return by default that it goes on to the next part
	 * @throws Exception if it cannot be found out; the request is limited then
	 */
	default Preflight preflight(HttpServletRequest request, HttpServletResponse response) throws Exception {
		return Preflight.PASSES;
	}

	/** What becomes of a preflight request. */
	enum Preflight {

		/** It is answered by CORS processing, and nothing else sees it. */
		ANSWERED,

		/** It goes on to the next part. */
		PASSES,

		/**
		 * Something else is done with it first, such as looking at the credentials that
		 * an attacker adds to it.
		 */
		HANDLED

	}

}
