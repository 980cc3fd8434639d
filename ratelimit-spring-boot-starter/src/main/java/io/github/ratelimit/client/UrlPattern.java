package io.github.ratelimit.client;

import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.util.AntPathMatcher;

/**
 * The addresses of a client's requests: a scheme, a host, which may begin with
 * {@code *.}, a port unless it is the scheme's own, and a path, in which {@code *}
 * matches a part of a segment and {@code **} any segments.
 */
public final class UrlPattern {

	private static final AntPathMatcher PATHS = new AntPathMatcher();

	private final String text;

	private final String scheme;

	private final String host;

	private final int port;

	/** Null for every path. */
	private final @Nullable String path;

	private UrlPattern(String text, String scheme, String host, int port, @Nullable String path) {
		this.text = text;
		this.scheme = scheme;
		this.host = host;
		this.port = port;
		this.path = path;
	}

	/**
	 * Parses a pattern.
	 * @param text for example {@code https://api.openai.com/**} or
	 * {@code https://*.openai.azure.com}, which matches every path
	 * @return the pattern
	 * @throws IllegalArgumentException if the text is no such pattern; the message
	 * contains a correction
	 */
	public static UrlPattern parse(String text) {
		int schemeEnd = text.indexOf("://");
		String scheme = (schemeEnd > 0) ? text.substring(0, schemeEnd).toLowerCase(Locale.ROOT) : "";
		if (!scheme.equals("http") && !scheme.equals("https")) {
			throw invalid(text, "It begins with neither http:// nor https://");
		}
		int pathStart = text.indexOf('/', schemeEnd + 3);
		String authority = text.substring(schemeEnd + 3, (pathStart < 0) ? text.length() : pathStart);
		int colon = authority.endsWith("]") ? -1 : authority.lastIndexOf(':');
		String host = ((colon < 0) ? authority : authority.substring(0, colon)).toLowerCase(Locale.ROOT);
		if (host.isEmpty() || host.indexOf('@') >= 0 || host.indexOf('*', 1) >= 0
				|| (host.startsWith("*") && !host.startsWith("*."))) {
			throw invalid(text, "Its host must be a name, or *. and the end of a name");
		}
		return new UrlPattern(text, scheme, host, port(text, scheme, authority, colon), path(text, pathStart));
	}

	private static int port(String text, String scheme, String authority, int colon) {
		if (colon < 0) {
			return scheme.equals("https") ? 443 : 80;
		}
		try {
			return Integer.parseInt(authority.substring(colon + 1));
		}
		catch (NumberFormatException ex) {
			throw invalid(text, "Its port is not a number");
		}
	}

	private static @Nullable String path(String text, int pathStart) {
		String path = (pathStart < 0) ? "/**" : text.substring(pathStart);
		if (path.indexOf('?') >= 0 || path.indexOf('#') >= 0) {
			throw invalid(text, "It has a query or a fragment");
		}
		return path.equals("/**") ? null : path;
	}

	private static IllegalArgumentException invalid(String text, String reason) {
		return new IllegalArgumentException("'" + text + "' is not a pattern of addresses. " + reason
				+ ". Write for example https://api.openai.com/**.");
	}

	/**
	 * Returns whether a request belongs to this pattern.
	 * @param uri an absolute address
	 * @return whether scheme, host, port and path match
	 */
	public boolean matches(URI uri) {
		String host = uri.getHost();
		if (host == null || uri.getScheme() == null || !this.scheme.equalsIgnoreCase(uri.getScheme())) {
			return false;
		}
		int port = (uri.getPort() >= 0) ? uri.getPort() : (this.scheme.equals("https") ? 443 : 80);
		return port == this.port && matchesHost(host) && matchesPath(uri.getRawPath());
	}

	private boolean matchesHost(String host) {
		if (!this.host.startsWith("*.")) {
			return this.host.equalsIgnoreCase(host);
		}
		int suffix = this.host.length() - 1;
		return host.length() > suffix && host.regionMatches(true, host.length() - suffix, this.host, 1, suffix);
	}

	private boolean matchesPath(@Nullable String rawPath) {
		String path = (rawPath == null || rawPath.isEmpty()) ? "/" : rawPath;
		return this.path == null || PATHS.match(this.path, path);
	}

	/** Returns the host, or the end of it that is known. */
	String host() {
		return this.host.startsWith("*.") ? this.host.substring(2) : this.host;
	}

	@Override
	public String toString() {
		return this.text;
	}

}
