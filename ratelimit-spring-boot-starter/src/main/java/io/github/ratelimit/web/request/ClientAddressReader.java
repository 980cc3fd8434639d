package io.github.ratelimit.web.request;

import io.github.ratelimit.Key;
import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The addresses that clients are counted by. Warns once of a text that is no address,
 * since all clients with such a text share one key, and once of requests without an
 * address, since they are usually refused. Thread-safe.
 */
public final class ClientAddressReader {

	private static final Log logger = LogFactory.getLog(ClientAddressReader.class);

	private final int ipv6Prefix;

	private final AtomicBoolean warned = new AtomicBoolean();

	private final AtomicBoolean warnedOfNone = new AtomicBoolean();

	/**
	 * Creates it.
	 * @param ipv6Prefix bits of an IPv6 address that count, 1 to 128
	 * @throws IllegalArgumentException if the prefix is out of range
	 */
	public ClientAddressReader(int ipv6Prefix) {
		if (ipv6Prefix < 1 || ipv6Prefix > 128) {
			throw new IllegalArgumentException("An IPv6 prefix of " + ipv6Prefix
					+ " bits is out of range. Write 1 to 128 bits; a client usually owns the addresses of 64.");
		}
		this.ipv6Prefix = ipv6Prefix;
	}

	/** Returns the address, null if the container has none, as over a Unix socket. */
	@Nullable String of(HttpServletRequest request) {
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
	static byte @Nullable [] bytesOf(HttpServletRequest request) {
		String text = request.getRemoteAddr();
		return (text != null) ? IpAddressText.bytes(text) : null;
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
