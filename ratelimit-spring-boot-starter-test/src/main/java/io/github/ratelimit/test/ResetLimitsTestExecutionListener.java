package io.github.ratelimit.test;

import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestExecutionListener;

/**
 * Makes all limits full before each test method of a class with
 * {@link AutoConfigureRateLimits @AutoConfigureRateLimits}, also before its methods with
 * {@code @BeforeEach}.
 */
final class ResetLimitsTestExecutionListener implements TestExecutionListener {

	@Override
	public void beforeTestMethod(TestContext test) {
		if (test.hasApplicationContext()) {
			test.getApplicationContext().getBeanProvider(LimitReset.class).ifAvailable(LimitReset::resetAll);
		}
	}

}
