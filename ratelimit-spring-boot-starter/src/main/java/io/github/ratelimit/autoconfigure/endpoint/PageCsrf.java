package io.github.ratelimit.autoconfigure.endpoint;

import io.github.ratelimit.actuate.page.CsrfHeader;
import io.github.ratelimit.web.security.CsrfTokens;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/** Reads the page's CSRF token where there is Spring Security. */
final class PageCsrf {

	private PageCsrf() {
	}

	static CsrfHeader.Reader reader(@Nullable ClassLoader classes) {
		return ClassUtils.isPresent("org.springframework.security.web.csrf.CsrfToken", classes) ? SpringSecurity.READER
				: CsrfHeader.Reader.NONE;
	}

	/** Loaded only where there is Spring Security. */
	private static final class SpringSecurity {

		static final CsrfHeader.Reader READER = (attribute) -> {
			Map.Entry<String, String> header = CsrfTokens.header(attribute);
			return (header != null) ? new CsrfHeader(header.getKey(), header.getValue()) : null;
		};

	}

}
