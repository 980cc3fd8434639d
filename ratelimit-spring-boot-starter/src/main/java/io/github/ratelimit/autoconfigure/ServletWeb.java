package io.github.ratelimit.autoconfigure;

import org.springframework.context.ApplicationContext;
import org.springframework.util.ClassUtils;
import org.springframework.web.context.WebApplicationContext;

/** Knows a servlet web application where the classes of one may be missing. */
final class ServletWeb {

	private static final String CONTEXT = "org.springframework.web.context.WebApplicationContext";

	private ServletWeb() {
	}

	static boolean serves(ApplicationContext context) {
		return ClassUtils.isPresent(CONTEXT, context.getClassLoader()) && context instanceof WebApplicationContext;
	}

}
