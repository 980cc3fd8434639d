package io.github.ratelimit.web.request;

import jakarta.servlet.http.HttpServletRequest;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Warns once of a header with the client's address while no component evaluates such
 * headers: behind a proxy all clients then share the proxy's address. The header itself
 * is never used, since every client can send it. Thread-safe.
 */
public final class ForwardedHeaderCheck {

	private static final Log logger = LogFactory.getLog(ForwardedHeaderCheck.class);

	private static final String[] HEADERS = { "X-Forwarded-For", "Forwarded", "X-Real-IP" };

	private volatile boolean done;

	/**
	 * Creates a check.
	 * @param evaluated whether the server's handling of such headers is configured; then
	 * there is nothing to warn of
	 */
	public ForwardedHeaderCheck(boolean evaluated) {
		this.done = evaluated;
	}

	/**
	 * Checks a request.
	 * @param request the request
	 */
	public void check(HttpServletRequest request) {
		if (this.done) {
			return;
		}
		for (String header : HEADERS) {
			if (request.getHeader(header) != null) {
				warnOnce(header);
				return;
			}
		}
	}

	private synchronized void warnOnce(String header) {
		if (!this.done) {
			this.done = true;
			logger.warn("A request came with the header " + header + ", but server.forward-headers-strategy is not "
					+ "set, so the header is not believed and limits by address count the peer of the connection. "
					+ "Behind a proxy that is the proxy, and all its clients share one limit: set "
					+ "server.forward-headers-strategy to native. Without a proxy set it to none. [RL604]");
		}
	}

}
