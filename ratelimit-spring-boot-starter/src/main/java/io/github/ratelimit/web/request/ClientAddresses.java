package io.github.ratelimit.web.request;

import io.github.ratelimit.Key;
import io.github.ratelimit.expression.Subnet;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The addresses that clients are counted by: one text for each client, however the server
 * writes its address. IPv4-mapped addresses are unmapped first, IPv6 addresses then cut
 * to a prefix and written as in RFC 5952; brackets, quotes, zones, ports and leading
 * zeros removed, in any combination that a proxy or a filter may leave. Resolves no
 * names. Texts that are no address have one text in common: otherwise each new spelling
 * would be a new client.
 * <p>
 * Warns once of a text that is no address, once of requests without an address, since
 * they are usually refused, and once of a header with the client's address while no
 * component evaluates such headers, since behind a proxy all clients then share the
 * proxy's address. The header itself is never used, since every client can send it.
 * Thread-safe.
 */
public final class ClientAddresses {

	private static final Log logger = LogFactory.getLog(ClientAddresses.class);

	private static final String[] FORWARDED = { "X-Forwarded-For", "Forwarded", "X-Real-IP" };

	/** The name in RFC 7239 for an unknown address. */
	private static final String UNKNOWN = "unknown";

	/** Spring adds brackets even if there are quotes or brackets. */
	private static final Pattern UNDECORATED = Pattern.compile("[\\[\\]\"\\x00-\\x20]*([^\\[\\]\"%\\x00-\\x20]*)");

	private static final Pattern LITERAL = Pattern.compile("(?=[0-9A-Fa-f:])[0-9A-Fa-f]*[:.][0-9A-Fa-f:.]*");

	/** The JDK reads them in IPv6 addresses, but not any number of them in IPv4 ones. */
	private static final Pattern LEADING_ZEROS = Pattern.compile("(?<![0-9A-Fa-f])0+(?=[0-9A-Fa-f])");

	private static final String ZEROS = ":0:0:0:0:0:0:0:0:";

	/** RFC 6052: IPv4 clients behind a translator, all of them within one prefix. */
	private static final byte[] TRANSLATED = { 0, 0x64, (byte) 0xFF, (byte) 0x9B, 0, 0, 0, 0, 0, 0, 0, 0 };

	private final int ipv6Prefix;

	/** Whether there is nothing to warn of, or no more. */
	private final AtomicBoolean warnedOfForwarded;

	private final AtomicBoolean warnedOfText = new AtomicBoolean();

	private final AtomicBoolean warnedOfNone = new AtomicBoolean();

	/**
	 * Creates it.
	 * @param ipv6Prefix bits of an IPv6 address that count, 1 to 128
	 * @param evaluatesForwarded whether the server's handling of forwarded headers is
	 * configured; then there is nothing to warn of
	 * @throws IllegalArgumentException if the prefix is out of range
	 */
	public ClientAddresses(int ipv6Prefix, boolean evaluatesForwarded) {
		if (ipv6Prefix < 1 || ipv6Prefix > 128) {
			throw new IllegalArgumentException("An IPv6 prefix of " + ipv6Prefix
					+ " bits is out of range. Write 1 to 128 bits; a client usually owns the addresses of 64.");
		}
		this.ipv6Prefix = ipv6Prefix;
		this.warnedOfForwarded = new AtomicBoolean(evaluatesForwarded);
	}

	/** Returns the address, null if the container has none, as over a Unix socket. */
	@Nullable String of(HttpServletRequest request) {
		checkForwarded(request);
		String text = request.getRemoteAddr();
		if (text == null || text.isBlank()) {
			warnOnce(this.warnedOfNone,
					"A request has no client address, as over a Unix socket, and a limit counts by it: ip has no "
							+ "value then, and on-missing-key: ip refuses the request with 403. Write another key for such limits, "
							+ "for example header('X-API-Key') or user, or on-missing-key: skip; behind a proxy that passes the "
							+ "address on set server.forward-headers-strategy [RL606]");
			return null;
		}
		String address = canonical(text, this.ipv6Prefix);
		if (address.equals(UNKNOWN) && !this.warnedOfText.get()) {
			warnOnce(this.warnedOfText, "A request came with '" + Key.of(text).masked() + "' (" + text.length()
					+ " characters) as the "
					+ "address of its client, which is not an IP address. All requests with such texts are counted "
					+ "together, under the address '" + UNKNOWN + "'. See that the proxy in front passes "
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
		return (text != null) ? bytes(text) : null;
	}

	private void checkForwarded(HttpServletRequest request) {
		for (int i = 0; i < FORWARDED.length && !this.warnedOfForwarded.get(); i++) {
			if (request.getHeader(FORWARDED[i]) != null) {
				warnOnce(this.warnedOfForwarded, "A request came with the header " + FORWARDED[i]
						+ ", but server.forward-headers-strategy is not "
						+ "set, so the header is not believed and limits by address count the peer of the connection. "
						+ "Behind a proxy that is the proxy, and all its clients share one limit: set "
						+ "server.forward-headers-strategy to native. Without a proxy set it to none. [RL604]");
			}
		}
	}

	private static void warnOnce(AtomicBoolean warned, String message) {
		if (warned.compareAndSet(false, true)) {
			logger.warn(message);
		}
	}

	/**
	 * Returns the canonical text of an address.
	 * @param text the address of the container
	 * @param prefix bits of an IPv6 address that count, 1 to 128
	 * @return the canonical text; {@value #UNKNOWN} if it is no address
	 */
	static String canonical(String text, int prefix) {
		if (isCanonicalIpv4(text)) {
			return text;
		}
		byte[] address = bytes(text);
		if (address == null) {
			return UNKNOWN;
		}
		return (address.length == 4) ? Subnet.text(address) : shortened(Subnet.text(Subnet.masked(address, prefix)));
	}

	/**
	 * Returns the bytes of an address, which no prefix has cut.
	 * @param text the address as the container reports it
	 * @return 4 bytes for IPv4, also where it is mapped into or translated to IPv6, or 16
	 * bytes; null if it is no address
	 */
	static byte @Nullable [] bytes(String text) {
		if (isCanonicalIpv4(text)) {
			return Subnet.bytes(text);
		}
		byte[] address = parse(withoutPort(undecorated(text)));
		return (address != null && isTranslated(address))
				? Arrays.copyOfRange(address, TRANSLATED.length, address.length) : address;
	}

	private static boolean isTranslated(byte[] address) {
		return Arrays.equals(address, 0, address.length - 4, TRANSLATED, 0, TRANSLATED.length);
	}

	/**
	 * Returns the canonical text of an address that an application's code names. A text
	 * that is no address stays as it is: code that counts something else under a limit by
	 * address does not mean one key for all of it.
	 * @param text the address in the code
	 * @param prefix bits of an IPv6 address that count, 1 to 128
	 * @return the canonical text, or the same text if it is no address
	 */
	public static String canonicalOrSame(String text, int prefix) {
		String canonical = canonical(text, prefix);
		return canonical.equals(UNKNOWN) ? text : canonical;
	}

	/** The common case of a request, which costs no allocation. */
	private static boolean isCanonicalIpv4(String text) {
		int dots = 0;
		int octet = -1;
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (c == '.' && octet >= 0) {
				dots++;
				octet = -1;
			}
			else if (c >= '0' && c <= '9' && octet != 0 && octet <= 25) {
				octet = 10 * Math.max(0, octet) + (c - '0');
			}
			else {
				return false;
			}
			if (octet > 255) {
				return false;
			}
		}
		return dots == 3 && octet >= 0;
	}

	/** Returns the part between brackets and quotes and before a zone. */
	private static String undecorated(String text) {
		Matcher matcher = UNDECORATED.matcher(text);
		return matcher.lookingAt() ? matcher.group(1) : "";
	}

	/** A ninth group is a port. */
	private static String withoutPort(String text) {
		int colon = text.lastIndexOf(':');
		int dot = text.lastIndexOf('.');
		boolean port = (dot >= 0) ? colon > dot
				: !text.contains("::") && text.chars().filter((c) -> c == ':').count() == 8;
		return port ? text.substring(0, colon) : text;
	}

	/** The JDK resolves no name for a text that has a colon and begins like a literal. */
	private static byte @Nullable [] parse(String text) {
		if (!LITERAL.matcher(text).matches()) {
			return null;
		}
		String literal = (text.indexOf('.') < 0) ? text : LEADING_ZEROS.matcher(text).replaceAll("");
		return Subnet.bytes((literal.indexOf(':') < 0) ? "::ffff:" + literal : literal);
	}

	/** Shortens the first of the longest runs of zeros (RFC 5952, 4.2). */
	private static String shortened(String ipv6) {
		String text = ":" + ipv6 + ":";
		for (int end = ZEROS.length(); end > 3; end -= 2) {
			int from = text.indexOf(ZEROS.substring(0, end));
			if (from >= 0) {
				int to = from + end;
				return ((from > 0) ? text.substring(1, from) : "") + "::"
						+ ((to < text.length()) ? text.substring(to, text.length() - 1) : "");
			}
		}
		return ipv6;
	}

}
