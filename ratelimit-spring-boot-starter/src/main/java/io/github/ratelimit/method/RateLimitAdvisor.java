package io.github.ratelimit.method;

import java.lang.reflect.Method;

import org.springframework.aop.support.StaticMethodMatcherPointcutAdvisor;
import org.springframework.core.Ordered;

/**
 * Applies the limits of {@link io.github.ratelimit.RateLimited @RateLimited} before all
 * other advice of a bean: a refused call opens no transaction and takes no thread. Has to
 * be a bean of the infrastructure role, so that every auto-proxy creator applies it.
 * Matching reads annotations alone, so that no other bean has to be created for it.
 */
public final class RateLimitAdvisor extends StaticMethodMatcherPointcutAdvisor {

	private final RateLimitedAnnotations annotations;

	/**
	 * Creates the advisor.
	 * @param methods the limited methods
	 */
	public RateLimitAdvisor(LimitedMethodRegistry methods) {
		super(new RateLimitInterceptor(methods));
		this.annotations = methods.annotations();
		setClassFilter(this.annotations::isCandidate);
		setOrder(Ordered.HIGHEST_PRECEDENCE);
	}

	@Override
	public boolean matches(Method method, Class<?> targetClass) {
		return this.annotations.find(method, targetClass) != null;
	}

}
