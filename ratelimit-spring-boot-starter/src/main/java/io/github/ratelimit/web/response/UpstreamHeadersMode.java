package io.github.ratelimit.web.response;

/**
 * Which rate limit headers a response has if the application copies those of a service
 * that it calls: never a mix of both.
 */
public enum UpstreamHeadersMode {

	/**
	 * Those of the library. A response with which the application itself refuses, such as
	 * the 429 of its upstream, keeps its own.
	 */
	REPLACE,

	/**
	 * Those of the application, if it has written any. A refusal by the library has its
	 * own.
	 */
	KEEP

}
