package io.github.ratelimit.web.response;

/**
 * Whose headers about limits an answer has where the application copies those of a
 * service that it calls: never a mix of both.
 */
public enum UpstreamHeaders {

	/**
	 * Ours. An answer with which the application itself refuses, such as the 429 of its
	 * upstream, keeps its own.
	 */
	REPLACE,

	/** The application's, where it has written any. A refusal of ours has ours. */
	KEEP

}
