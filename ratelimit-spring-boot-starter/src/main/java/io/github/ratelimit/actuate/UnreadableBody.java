package io.github.ratelimit.actuate;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;

/**
 * The reason for refusing a request to the {@code ratelimits} endpoint whose body cannot
 * be read. Spring reads bodies before it calls an endpoint, and would answer without the
 * reason. Immutable.
 */
public final class UnreadableBody {

	private static final EndpointId ENDPOINT = EndpointId.of("ratelimits");

	/** As Jackson's messages have it. */
	private static final Pattern NAME = Pattern.compile("reference chain: [^\\[]*\\[\"([\\w. -]{1,64})\"]");

	private static final String PROBLEM = "The body is not one JSON object whose values are texts, numbers, true, false or null%s. ";

	private static final String OF_ALL = "Write {\"enabled\": false} or {\"mode\": \"shadow\"}.";

	private static final String OF_LIMIT = "Write for example {\"rate\": \"5/s, 60/min\"}; the rate of a plan is "
			+ "{\"plans.pro\": \"600/min\"}.";

	private static final String OF_KEY = "Write {\"ban\": \"1h\"}, or {\"ban\": null} to end the ban.";

	private final @Nullable String path;

	private UnreadableBody(@Nullable String path) {
		this.path = path;
	}

	/**
	 * Returns the reasons.
	 * @param endpoints the endpoints that are exposed
	 * @return the reasons, none if the endpoint is not exposed
	 */
	public static UnreadableBody of(PathMappedEndpoints endpoints) {
		return new UnreadableBody(endpoints.getPath(ENDPOINT));
	}

	/**
	 * Returns why a body cannot be read, as problem details (RFC 9457) of the status 400.
	 * @param pattern the pattern of the path by which the request was mapped
	 * @param failure what reading it failed with
	 * @return the text in JSON, null if the path is not the endpoint's
	 */
	public @Nullable String problem(String pattern, Throwable failure) {
		if (this.path == null || !(pattern.equals(this.path) || pattern.startsWith(this.path + "/"))) {
			return null;
		}
		String detail = PROBLEM.formatted(name(failure)) + remedy(pattern.substring(this.path.length()));
		return "{\"title\":\"Bad Request\",\"status\":400,\"detail\":\"" + detail.replace("\"", "\\\"") + "\"}";
	}

	private static String remedy(String belowEndpoint) {
		long named = belowEndpoint.chars().filter((c) -> c == '/').count();
		return (named == 0) ? OF_ALL : ((named == 1) ? OF_LIMIT : OF_KEY);
	}

	/** Returns which value it is, empty if the reader of JSON does not tell. */
	private static String name(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			Matcher name = NAME.matcher(String.valueOf(cause.getMessage()));
			if (name.find()) {
				return ": look at '" + name.group(1) + "'";
			}
		}
		return "";
	}

}
