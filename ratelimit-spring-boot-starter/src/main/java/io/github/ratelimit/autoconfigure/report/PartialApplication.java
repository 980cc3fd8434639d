package io.github.ratelimit.autoconfigure.report;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;

/**
 * Recognizes tests in which beans of the application are missing or replaced, as in
 * slices and with {@code @MockitoBean}. What is bound to such beans is not known there,
 * so warnings about what is missing would be false.
 */
public final class PartialApplication {

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
		return isSlice(beans) || beans.containsBean(BEAN_OVERRIDES);
	}

	/** Tests of slices select the auto-configuration themselves, and disable the rest. */
	private static boolean isSlice(BeanFactory beans) {
		return !beans.getBean(ConfigurableApplicationContext.ENVIRONMENT_BEAN_NAME, Environment.class)
			.getProperty(EnableAutoConfiguration.ENABLED_OVERRIDE_PROPERTY, Boolean.class, true);
	}

}
