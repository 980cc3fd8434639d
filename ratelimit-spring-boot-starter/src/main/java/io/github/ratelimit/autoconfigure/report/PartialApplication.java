package io.github.ratelimit.autoconfigure.report;

import org.springframework.beans.factory.BeanFactory;

/**
 * Recognizes tests in which beans of the application are missing or replaced, as in
 * slices and with {@code @MockitoBean}. What is bound to such beans is not known there,
 * so warnings about what is missing would be false.
 */
public final class PartialApplication {

	/** The bean with which ratelimit-spring-boot-starter-test marks a slice. */
	public static final String SLICE = "rateLimitPartialApplication";

	/** Spring Framework's own, there if a test replaces any bean. */
	private static final String BEAN_OVERRIDES = "org.springframework.test.context.bean.override.internalBeanOverridePostProcessor";

	private PartialApplication() {
	}

	/**
	 * Returns whether an application is only a part of itself.
	 * @param beans the beans of the application
	 * @return whether a test left out or replaced some of its beans
	 */
	public static boolean is(BeanFactory beans) {
		return beans.containsBean(SLICE) || beans.containsBean(BEAN_OVERRIDES);
	}

}
