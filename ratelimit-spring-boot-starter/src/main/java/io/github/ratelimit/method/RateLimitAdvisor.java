package io.github.ratelimit.method;

import java.lang.reflect.Method;

import org.aopalliance.aop.Advice;

import org.springframework.aop.ClassFilter;
import org.springframework.aop.Pointcut;
import org.springframework.aop.PointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.core.Ordered;

/**
 * Applies the limits of {@link io.github.ratelimit.RateLimited @RateLimited} before all
 * other advice of a bean: a refused call opens no transaction and takes no thread. Has to
 * be a bean of the infrastructure role, so that every auto-proxy creator applies it.
 */
public final class RateLimitAdvisor implements PointcutAdvisor, Ordered {

	private final Pointcut pointcut;

	private final Advice advice;

	/**
	 * Creates the advisor.
	 * @param methods the limited methods
	 */
	public RateLimitAdvisor(LimitedMethodRegistry methods) {
		this.pointcut = new AnnotatedPointcut(methods.annotations());
		this.advice = new RateLimitInterceptor(methods);
	}

	@Override
	public Pointcut getPointcut() {
		return this.pointcut;
	}

	@Override
	public Advice getAdvice() {
		return this.advice;
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	/** Reads annotations alone, so that no other bean has to be created for it. */
	private static final class AnnotatedPointcut extends StaticMethodMatcherPointcut {

		private final LimitedMethodFinder annotations;

		AnnotatedPointcut(LimitedMethodFinder annotations) {
			this.annotations = annotations;
			setClassFilter(new CandidateFilter(annotations));
		}

		@Override
		public boolean matches(Method method, Class<?> targetClass) {
			return this.annotations.find(method, targetClass) != null;
		}

	}

	private record CandidateFilter(LimitedMethodFinder annotations) implements ClassFilter {

		@Override
		public boolean matches(Class<?> type) {
			return this.annotations.isCandidate(type);
		}

	}

}
