package io.github.ratelimit.web.request;

import io.github.ratelimit.Key;
import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The addresses that clients are counted by, as the server reports them. Warns once of a
 * text that is no address, since all clients with such a text share one key; once of
 * requests without an address, since they are usually refused; and once of a header with
 * the client's address while no component evaluates such headers, since behind a proxy
 * all clients then share the proxy's address. The header itself is never used, since
 * every client can send it. Thread-safe.
 */
public final class ClientAddressReader {

	private static final Log logger = LogFactory.getLog(ClientAddressReader.class);

	private static final String[] FORWARDED = { "X-Forwarded-For", "Forwarded", "X-Real-IP" };

	private final int ipv6Prefix;

	/** Whether there is nothing to warn of, or no more. */
	private final AtomicBoolean knowsForwarded;

	private final AtomicBoolean warned = new AtomicBoolean();

	private final AtomicBoolean warnedOfNone = new AtomicBoolean();

	/**
	 * Creates it.
	 * @param ipv6Prefix bits of an IPv6 address that count, 1 to 128
	 * @param evaluatesForwarded whether the server's handling of forwarded headers is
	 * configured; then there is nothing to warn of
	 * @throws IllegalArgumentException if the prefix is out of range
	 */
	public ClientAddressReader(int ipv6Prefix, boolean evaluatesForwarded) {
		if (ipv6Prefix < 1 || ipv6Prefix > 128) {
			throw new IllegalArgumentException("An IPv6 prefix of " + ipv6Prefix
					+ " bits is out of range. Write 1 to 128 bits; a client usually owns the addresses of 64.");
		}
		this.ipv6Prefix = ipv6Prefix;
		this.knowsForwarded = new AtomicBoolean(evaluatesForwarded);
	}

	/** Returns the address, null if the container has none, as over a Unix socket. */
	@Nullable String of(HttpServletRequest request) {
		checkForwarded(request);
		String text = request.getRemoteAddr();
		if (text == null || text.isBlank()) {
			warnOfNone();
			return null;
		}
		String address = IpAddressText.canonical(text, this.ipv6Prefix);
		if (address.equals(IpAddressText.UNKNOWN) && this.warned.compareAndSet(false, true)) {
			logger.warn("A request came with '" + Key.of(text).masked() + "' (" + text.length() + " characters) as the "
					+ "address of its client, which is not an IP address. All requests with such texts are counted "
					+ "together, under the address '" + IpAddressText.UNKNOWN + "'. See that the proxy in front passes "
					+ "on IP addresses (server.forward-headers-strategy), or count by another key [RL605]");
		}
		return address;
	}

	/**
	 * Returns the address in full, null if there is none or a text that is no address.
	 */
	byte @Nullable [] bytesOf(HttpServletRequest request) {
		checkForwarded(request);
		String text = request.getRemoteAddr();
		return (text != null) ? IpAddressText.bytes(text) : null;
	}

	private void checkForwarded(HttpServletRequest request) {
		for (int i = 0; i < FORWARDED.length && !this.knowsForwarded.get(); i++) {
			if (request.getHeader(FORWARDED[i]) != null && this.knowsForwarded.compareAndSet(false, true)) {
				logger.warn("A request came with the header " + FORWARDED[i]
						+ ", but server.forward-headers-strategy is not "
						+ "set, so the header is not believed and limits by address count the peer of the connection. "
						+ "Behind a proxy that is the proxy, and all its clients share one limit: set "
						+ "server.forward-headers-strategy to native. Without a proxy set it to none. [RL604]");
			}
		}
	}

	private void warnOfNone() {
		if (this.warnedOfNone.compareAndSet(false, true)) {
			logger.warn("A request has no client address, as over a Unix socket, and a limit counts by it: ip has no "
					+ "value then, and on-missing-key: ip refuses the request with 403. Write another key for such limits, "
					+ "for example header('X-API-Key') or user, or on-missing-key: skip; behind a proxy that passes the "
					+ "address on set server.forward-headers-strategy [RL606]");
		}
	}

}
