package io.github.ratelimit.actuate.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoint;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.actuate.endpoint.web.WebEndpointHttpMethod;
import org.springframework.boot.actuate.endpoint.web.WebOperation;
import org.springframework.boot.actuate.endpoint.web.WebOperationRequestPredicate;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.util.HtmlUtils;

/**
 * The page and its files. Whatever it shows it asks the endpoint for, so it shows nothing
 * that the endpoint would not show to its user. Immutable.
 */
public final class RateLimitsPage {

	/** Between the endpoint's path and the files: no limit can have this name. */
	private static final String FILES = "/~/";

	private static final List<String> SCRIPTS = List.of("page.js", "api.js", "change-buttons.js", "dom.js", "format.js",
			"history-chart.js", "key-view.js", "limit-views.js", "usage-bar.js");

	private static final EndpointId ENDPOINT = EndpointId.of("ratelimits");

	/**
	 * Only its own files and the endpoint; nothing that is written into the page runs.
	 */
	private static final String SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; "
			+ "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
			+ "require-trusted-types-for 'script'; trusted-types 'none'";

	private final String html;

	private final Map<String, PageFile> files;

	private final String path;

	private final Function<@Nullable Object, Map.@Nullable Entry<String, String>> csrf;

	private RateLimitsPage(String path, Set<String> changes,
			Function<@Nullable Object, Map.@Nullable Entry<String, String>> csrf) {
		this.path = path;
		this.csrf = csrf;
		String lastSegment = path.substring(path.lastIndexOf('/') + 1);
		this.html = PageFile.load("page.html", MediaType.TEXT_HTML_VALUE)
			.text()
			.replace("{{endpoint}}", HtmlUtils.htmlEscape(lastSegment))
			.replace("{{changes}}", HtmlUtils.htmlEscape(String.join(" ", changes)));
		Map<String, PageFile> files = new HashMap<>();
		files.put("page.css", PageFile.load("page.css", "text/css;charset=UTF-8"));
		for (String script : SCRIPTS) {
			files.put(script, PageFile.load(script, "text/javascript;charset=UTF-8"));
		}
		this.files = Map.copyOf(files);
	}

	/**
	 * Returns the page of the endpoint.
	 * @param endpoints the endpoints that are exposed
	 * @param csrf the name and the value of the header that a change has to have, by the
	 * token that a security filter has left in a request, null for none
	 * @return the page, null if the endpoint is not exposed
	 */
	public static @Nullable RateLimitsPage of(PathMappedEndpoints endpoints,
			Function<@Nullable Object, Map.@Nullable Entry<String, String>> csrf) {
		PathMappedEndpoint endpoint = endpoints.getEndpoint(ENDPOINT);
		String path = endpoints.getPath(ENDPOINT);
		return (endpoint instanceof ExposableWebEndpoint web && path != null)
				? new RateLimitsPage(path, changes(web), csrf) : null;
	}

	/**
	 * Returns the changes that access allows: the method, and how much its path names.
	 */
	private static Set<String> changes(ExposableWebEndpoint endpoint) {
		Set<String> changes = new TreeSet<>();
		for (WebOperation operation : endpoint.getOperations()) {
			WebOperationRequestPredicate predicate = operation.getRequestPredicate();
			if (predicate.getHttpMethod() != WebEndpointHttpMethod.GET) {
				long named = predicate.getPath().chars().filter((c) -> c == '{').count();
				changes.add(predicate.getHttpMethod() + ":" + named);
			}
		}
		return changes;
	}

	String path() {
		return this.path;
	}

	String filePattern() {
		return this.path + FILES + "{file}";
	}

	/** Returns the page for a request in which a security filter has left a token. */
	String html(@Nullable Object token) {
		Map.Entry<String, String> header = this.csrf.apply(token);
		return this.html.replace("{{csrf-header}}", (header != null) ? HtmlUtils.htmlEscape(header.getKey()) : "")
			.replace("{{csrf-token}}", (header != null) ? HtmlUtils.htmlEscape(header.getValue()) : "");
	}

	@Nullable PageFile file(String name) {
		return this.files.get(name);
	}

	static void setPageHeaders(HttpHeaders headers) {
		headers.set("Content-Security-Policy", SECURITY_POLICY);
		headers.set(HttpHeaders.CACHE_CONTROL, "no-store");
		headers.set("Cross-Origin-Opener-Policy", "same-origin");
		headers.set("X-Frame-Options", "DENY");
		headers.set("Referrer-Policy", "no-referrer");
		headers.set("X-Content-Type-Options", "nosniff");
		headers.set(HttpHeaders.VARY, HttpHeaders.ACCEPT);
	}

	static void setFileHeaders(HttpHeaders headers) {
		headers.set(HttpHeaders.CACHE_CONTROL, "no-cache");
		headers.set("X-Content-Type-Options", "nosniff");
	}

	/**
	 * Returns whether a request prefers the page: as browsers ask for what they show.
	 * Whatever accepts JSON as much as HTML, or anything at all, gets JSON.
	 */
	static boolean isPreferred(HttpHeaders request) {
		try {
			List<MediaType> accepted = MediaType.parseMediaTypes(request.get(HttpHeaders.ACCEPT));
			double html = quality(accepted, MediaType.TEXT_HTML);
			return html > 0 && html > quality(accepted, MediaType.APPLICATION_JSON);
		}
		catch (InvalidMediaTypeException ex) {
			return false;
		}
	}

	/** The most specific range that includes a type tells its quality. */
	private static double quality(List<MediaType> accepted, MediaType type) {
		return accepted.stream()
			.filter((range) -> range.includes(type))
			.max(Comparator.comparing((MediaType range) -> !range.isWildcardType())
				.thenComparing((range) -> !range.isWildcardSubtype()))
			.map(MediaType::getQualityValue)
			.orElse(0.0);
	}

	/**
	 * A file that comes with the page. Immutable.
	 *
	 * @param content what it contains
	 * @param type the type of the content
	 * @param tag tells this content from that of other versions, for HTTP caches
	 */
	record PageFile(byte[] content, MediaType type, String tag) {

		private static final int TAG_LENGTH = 16;

		static PageFile load(String name, String type) {
			try (InputStream resource = RateLimitsPage.class.getResourceAsStream(name)) {
				if (resource == null) {
					throw new IllegalStateException("The library has no file '" + name + "' beside "
							+ RateLimitsPage.class
							+ ". Where the application is repackaged, keep the files below io/github/ratelimit.");
				}
				byte[] content = resource.readAllBytes();
				return new PageFile(content, MediaType.parseMediaType(type), tag(content));
			}
			catch (IOException ex) {
				throw new UncheckedIOException("The file '" + name + "' of the library cannot be read", ex);
			}
		}

		String text() {
			return new String(this.content, StandardCharsets.UTF_8);
		}

		private static String tag(byte[] content) {
			try {
				byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
				return "\"" + HexFormat.of().formatHex(digest, 0, TAG_LENGTH) + "\"";
			}
			catch (NoSuchAlgorithmException ex) {
				throw new IllegalStateException("Every JDK has SHA-256", ex);
			}
		}

	}

}
