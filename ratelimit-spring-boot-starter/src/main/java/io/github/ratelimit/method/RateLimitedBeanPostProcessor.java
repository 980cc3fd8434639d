package io.github.ratelimit.method;

import java.util.Arrays;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Ensures that no {@link io.github.ratelimit.RateLimited @RateLimited} is without effect:
 * checks every bean's class before it is proxied, keeps the limit the outermost advice
 * and the only one of its kind, and prepares all limited methods before the application
 * serves calls. It has no order, so that it runs after the post-processors that add
 * advice of their own.
 */
public final class RateLimitedBeanPostProcessor implements BeanPostProcessor, SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(RateLimitedBeanPostProcessor.class);

	private final LimitedMethodRegistry methods;

	private final ConfigurableListableBeanFactory beanFactory;

	private final boolean partial;

	/**
	 * Creates it.
	 * @param methods the limited methods
	 * @param beanFactory the application's beans
	 * @param partial whether a test may have replaced beans by mocks, which are not
	 * limited
	 */
	public RateLimitedBeanPostProcessor(LimitedMethodRegistry methods, ConfigurableListableBeanFactory beanFactory,
			boolean partial) {
		this.methods = methods;
		this.beanFactory = beanFactory;
		this.partial = partial;
	}

	@Override
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		this.methods.check(bean.getClass(), beanName);
		return bean;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		Advisor advisor = advisorOf(bean);
		if (advisor != null && bean instanceof Advised advised) {
			makeOutermostAndOnly(advised, advisor);
			Class<?> type = advised.getTargetClass();
			if (type != null && AopUtils.isJdkDynamicProxy(bean)) {
				this.methods.checkInterfaces(type, advised.getProxiedInterfaces());
			}
			if (type != null) {
				this.methods.prepareLate(type);
			}
		}
		return bean;
	}

	private static @Nullable Advisor advisorOf(Object bean) {
		return (bean instanceof Advised advised) ? Arrays.stream(advised.getAdvisors())
			.filter(RateLimitInterceptor.Advisor.class::isInstance)
			.findFirst()
			.orElse(null) : null;
	}

	/** Returns whether the advisor is in a proxy, or in its target proxy. */
	private static boolean isAdvised(@Nullable Object bean) {
		return bean != null && (advisorOf(bean) != null || isAdvised(AopProxyUtils.getSingletonTarget(bean)));
	}

	private static void makeOutermostAndOnly(Advised advised, Advisor advisor) {
		if (advised.isFrozen()) {
			return;
		}
		Object target = AopProxyUtils.getSingletonTarget(advised);
		if (isAdvised(target)) {
			// one bean under two names would pay twice
			advised.removeAdvisor(advisor);
		}
		else if (advised.indexOf(advisor) > 0) {
			advised.removeAdvisor(advisor);
			advised.addAdvisor(0, advisor);
		}
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.methods.prepareAll();
		if (this.partial) {
			return;
		}
		this.beanFactory.getBeanNamesIterator().forEachRemaining((name) -> {
			Object bean = this.beanFactory.containsSingleton(name) ? this.beanFactory.getSingleton(name) : null;
			if (bean != null && this.methods.isLimited(bean.getClass()) && !isAdvised(bean)) {
				warnOf(name, bean);
			}
		});
	}

	private static void warnOf(String name, Object bean) {
		logger.warn("Bean '" + name + "' of " + bean.getClass().getName() + " has @RateLimited methods that are not "
				+ "limited, because it has no proxy: it was made too early, as something that a "
				+ "BeanPostProcessor needs, or not by the application context [RL525]");
	}

}
