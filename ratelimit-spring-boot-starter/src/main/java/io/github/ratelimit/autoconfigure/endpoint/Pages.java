package io.github.ratelimit.autoconfigure.endpoint;

import io.github.ratelimit.actuate.page.RateLimitsPage;
import io.github.ratelimit.web.security.CsrfTokens;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.context.ApplicationContext;
import org.springframework.util.ClassUtils;

/** Creates the page, with Spring Security's CSRF tokens where there are some. */
final class Pages {

	private static final String CSRF_TOKEN = "org.springframework.security.web.csrf.CsrfToken";

	private Pages() {
	}

	static @Nullable RateLimitsPage of(PathMappedEndpoints endpoints, ApplicationContext context) {
		boolean secured = ClassUtils.isPresent(CSRF_TOKEN, context.getClassLoader());
		return RateLimitsPage.of(endpoints, secured ? CsrfTokens::header : (token) -> null);
	}

}
