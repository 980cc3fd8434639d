package io.github.ratelimit.web.cors;

import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * Adds names to {@code Access-Control-Expose-Headers} as soon as the application allows
 * the origin, whatever the application writes there, before or after.
 */
final class ExposedHeadersResponse extends HttpServletResponseWrapper {

	private static final String ALLOW_ORIGIN = HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN;

	private static final String EXPOSE = HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS;

	private static final String ALL = "*";

	private final Collection<String> names;

	ExposedHeadersResponse(HttpServletResponse response, Collection<String> names) {
		super(response);
		this.names = names;
		if (response.getHeader(ALLOW_ORIGIN) != null) {
			expose(List.of());
		}
	}

	@Override
	public void setHeader(String name, @Nullable String value) {
		super.setHeader(name, value);
		if (value != null && (ALLOW_ORIGIN.equalsIgnoreCase(name) || EXPOSE.equalsIgnoreCase(name))) {
			expose(List.of());
		}
	}

	@Override
	public void addHeader(String name, @Nullable String value) {
		if (value != null && EXPOSE.equalsIgnoreCase(name)) {
			expose(List.of(value));
			return;
		}
		super.addHeader(name, value);
		if (ALLOW_ORIGIN.equalsIgnoreCase(name)) {
			expose(List.of());
		}
	}

	private void expose(List<String> added) {
		List<String> exposed = new ArrayList<>();
		getHeaders(EXPOSE).forEach((value) -> addNames(exposed, value));
		added.forEach((value) -> addNames(exposed, value));
		if (exposed.contains(ALL)) {
			super.setHeader(EXPOSE, ALL);
			return;
		}
		if (getHeader(ALLOW_ORIGIN) != null) {
			this.names.forEach((name) -> addName(exposed, name));
		}
		if (!exposed.isEmpty()) {
			super.setHeader(EXPOSE, String.join(", ", exposed));
		}
	}

	private static void addNames(List<String> exposed, String value) {
		for (String name : value.split(",", -1)) {
			addName(exposed, name.strip());
		}
	}

	private static void addName(List<String> exposed, String name) {
		if (!name.isEmpty() && exposed.stream().noneMatch(name::equalsIgnoreCase)) {
			exposed.add(name);
		}
	}

}
