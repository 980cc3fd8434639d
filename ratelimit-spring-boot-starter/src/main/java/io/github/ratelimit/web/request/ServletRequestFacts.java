package io.github.ratelimit.web.request;

import io.github.ratelimit.expression.ExpressionRoot;
import io.github.ratelimit.expression.RequestFacts;
import io.github.ratelimit.web.path.RequestedPath;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriUtils;

/**
 * The facts of a servlet request, each computed at its first use, as the call that
 * expressions of rules are evaluated over. The address is taken only from the container.
 * Used by one thread at a time.
 */
public final class ServletRequestFacts implements RequestFacts, ExpressionRoot {

	private final Identity identity;

	private final ClientAddresses addresses;

	private HttpServletRequest request;

	private @Nullable String ip;

	private byte @Nullable [] address;

	private @Nullable RequestedPath path;

	/**
	 * Creates the facts of a request.
	 * @param request the request
	 * @param identity the authenticated caller
	 * @param addresses the addresses that clients are counted by
	 */
	public ServletRequestFacts(HttpServletRequest request, Identity identity, ClientAddresses addresses) {
		this.request = request;
		this.identity = identity;
		this.addresses = addresses;
	}

	/**
	 * Continues with the same request as a filter in between has wrapped it.
	 * @param wrapped the request from here on
	 */
	public void use(HttpServletRequest wrapped) {
		this.request = wrapped;
		if (this.path != null && !this.path.isOf(wrapped)) {
			this.path = null;
		}
	}

	/**
	 * Returns the path that rules match.
	 * @return the path
	 */
	public RequestedPath requestedPath() {
		if (this.path == null) {
			this.path = RequestedPath.of(this.request);
		}
		return this.path;
	}

	@Override
	public RequestFacts request() {
		return this;
	}

	@Override
	public @Nullable String ip() {
		if (this.ip == null) {
			this.ip = this.addresses.of(this.request);
		}
		return this.ip;
	}

	@Override
	public byte @Nullable [] address() {
		if (this.address == null) {
			this.address = this.addresses.bytesOf(this.request);
		}
		return this.address;
	}

	@Override
	public @Nullable String user() {
		return this.identity.user();
	}

	@Override
	public String method() {
		return this.request.getMethod();
	}

	@Override
	public String path() {
		return requestedPath().toString().toLowerCase(Locale.ROOT);
	}

	@Override
	public @Nullable String header(String name) {
		return this.request.getHeader(name);
	}

	/**
	 * Returns null if cookies of one name differ: it is unknown which one the application
	 * will use. Each way to encode a value is the same value.
	 */
	@Override
	public @Nullable String cookie(String name) {
		Cookie[] cookies = this.request.getCookies();
		String value = null;
		for (int i = 0; cookies != null && i < cookies.length; i++) {
			if (cookies[i].getName().equals(name)) {
				String decoded = decoded(cookies[i].getValue());
				if (value != null && !value.equals(decoded)) {
					return null;
				}
				value = decoded;
			}
		}
		return value;
	}

	/** As {@code @CookieValue} has it; a text that cannot be decoded as it is. */
	private static String decoded(String value) {
		try {
			return UriUtils.decode(value, StandardCharsets.UTF_8);
		}
		catch (IllegalArgumentException ex) {
			return value;
		}
	}

	@Override
	public @Nullable String param(String name) {
		return QueryParameters.first(this.request.getQueryString(), name);
	}

	@Override
	public @Nullable Object claim(String name) {
		return this.identity.claim(name);
	}

	@Override
	public boolean hasRole(String role) {
		return this.identity.hasRole(role);
	}

	@Override
	public boolean hasAuthority(String authority) {
		return this.identity.hasAuthority(authority);
	}

	/** A request that the container has taken back has no attributes. */
	@Override
	public @Nullable Object attribute(String name) {
		try {
			return this.request.getAttribute(name);
		}
		catch (IllegalStateException ex) {
			return null;
		}
	}

}
