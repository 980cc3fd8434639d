package io.github.ratelimit.web.path;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.PathContainer.PathSegment;
import org.springframework.http.server.RequestPath;
import org.springframework.util.StringUtils;
import org.springframework.web.util.ServletRequestPathUtils;
import org.springframework.web.util.pattern.PathPattern;

/**
 * The path of a request within the application, with the servlet path, in both readings
 * that lead to a handler: as it was sent, which Spring MVC matches, and canonical
 * (decoded, normalised, without parameters), which the container and static resources
 * match. A rule that matched only one of them could be bypassed.
 */
public final class RequestedPath {

	private static final PathContainer.Options DECODED = PathContainer.Options.create('/', false);

	private final String uri;

	private final @Nullable PathContainer sent;

	private final @Nullable PathContainer canonical;

	private final String text;

	private RequestedPath(String uri, @Nullable PathContainer sent, @Nullable PathContainer canonical, String text) {
		this.uri = uri;
		this.sent = sent;
		this.canonical = canonical;
		this.text = text;
	}

	/**
	 * Returns the path of a request.
	 * @param request the request
	 * @return the path; one that cannot be parsed matches every rule
	 */
	public static RequestedPath of(HttpServletRequest request) {
		String uri = request.getRequestURI();
		try {
			PathContainer sent = sent(request, uri);
			String text = canonical(request, sent);
			boolean same = text.equals(sent.value());
			return new RequestedPath(uri, sent, same ? null : PathContainer.parsePath(text, DECODED), text);
		}
		catch (RuntimeException ex) {
			return new RequestedPath(uri, null, null, uri);
		}
	}

	private static PathContainer sent(HttpServletRequest request, String uri) {
		String contextPath = request.getContextPath();
		if (request.getAttribute(ServletRequestPathUtils.PATH_ATTRIBUTE) instanceof RequestPath parsed
				&& isParsedFrom(parsed, uri, contextPath)) {
			return parsed.pathWithinApplication();
		}
		return RequestPath.parse(uri, contextPath).pathWithinApplication();
	}

	/**
	 * A path without its servlet's prefix, or of another dispatch, is a different one.
	 */
	private static boolean isParsedFrom(RequestPath path, String uri, String contextPath) {
		return path.value().equals(uri) && path.contextPath().value().equals(contextPath)
				&& path.pathWithinApplication().value().length() == uri.length() - contextPath.length();
	}

	private static String canonical(HttpServletRequest request, PathContainer sent) {
		String servletPath = request.getServletPath();
		String pathInfo = request.getPathInfo();
		String mapped = (pathInfo == null) ? servletPath : servletPath + pathInfo;
		return withoutTrailingSlash(mapped.isEmpty() ? decoded(sent) : mapped);
	}

	private static String decoded(PathContainer path) {
		StringBuilder decoded = new StringBuilder();
		for (PathContainer.Element element : path.elements()) {
			if (element instanceof PathSegment segment) {
				decoded.append('/').append(segment.valueToMatch());
			}
		}
		return decoded.isEmpty() ? "/" : decoded.toString();
	}

	private static String withoutTrailingSlash(String path) {
		String trimmed = StringUtils.trimTrailingCharacter(path, '/');
		return trimmed.isEmpty() ? "/" : trimmed;
	}

	/** A path that cannot be parsed, or cannot be matched, matches. */
	boolean matches(PathPattern pattern) {
		if (this.sent == null) {
			return true;
		}
		try {
			return pattern.matches(this.sent) || (this.canonical != null && pattern.matches(this.canonical));
		}
		catch (RuntimeException | StackOverflowError ex) {
			return true;
		}
	}

	/** Returns whether the path is, in every reading, a certain one or below it. */
	boolean isWithin(String base) {
		return this.sent != null && this.canonical == null && this.text.startsWith(base)
				&& (this.text.length() == base.length() || this.text.charAt(base.length()) == '/');
	}

	/**
	 * Returns whether this is the path of a request.
	 * @param request the request
	 * @return whether the request has this path
	 */
	public boolean isOf(HttpServletRequest request) {
		return this.uri.equals(request.getRequestURI());
	}

	/** Decoded and normalised; as it was sent if that is impossible. */
	@Override
	public String toString() {
		return this.text;
	}

}
