package io.github.ratelimit.method;

import io.github.ratelimit.RateLimitExempt;
import io.github.ratelimit.RateLimited;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.KotlinDetector;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.util.ClassUtils;

/**
 * Refuses annotations on methods that no proxy can reach: they would have no effect,
 * without any sign of it.
 */
final class ProxyReachabilityCheck {

	private final RateLimitedAnnotations annotations;

	ProxyReachabilityCheck(RateLimitedAnnotations annotations) {
		this.annotations = annotations;
	}

	/**
	 * Checks a class.
	 * @param type the class of a bean, never one that Spring generated
	 * @param proxiedByClass whether the bean is proxied by a subclass of it
	 * @throws InvalidRateLimitedMethodException if an annotation cannot work
	 */
	void check(Class<?> type, boolean proxiedByClass) {
		SourceMethods.hierarchy(type).forEach(ProxyReachabilityCheck::checkContradiction);
		SourceMethods.of(type).filter(this.annotations::isLimiting).forEach((method) -> {
			checkContradiction(method);
			checkMethod(method);
		});
		this.annotations.findAll(type).forEach((limited) -> checkSuspending(limited.method()));
		if (proxiedByClass) {
			this.annotations.findAll(type).forEach(ProxyReachabilityCheck::checkFinalMethod);
			checkFinalClass(type);
		}
	}

	private static void checkContradiction(AnnotatedElement element) {
		MergedAnnotations direct = MergedAnnotations.from(element);
		if (direct.isPresent(RateLimitExempt.class) && direct.isPresent(RateLimited.class)) {
			throw invalid(element, "is @RateLimitExempt as well", "Keep one of the two annotations.");
		}
	}

	private static void checkMethod(Method method) {
		String remedy = "The limit works through a proxy of the bean: put the annotation on a method of the bean that "
				+ "other beans call, or make this one ";
		int modifiers = method.getModifiers();
		if (Modifier.isPrivate(modifiers)) {
			throw invalid(method, "is private, so no proxy can reach it", remedy + "public.");
		}
		if (Modifier.isStatic(modifiers)) {
			throw invalid(method, "is static, so no proxy can reach it", remedy + "an instance method.");
		}
		if (Modifier.isFinal(modifiers)) {
			throw invalid(method, "is final, so no proxy can reach it", remedy + "not final (in Kotlin: open).");
		}
	}

	private static void checkSuspending(Method method) {
		if (KotlinDetector.isSuspendingFunction(method) && !SourceMethods.SUSPENDING_FOLLOWED) {
			throw invalid(method, "is a suspend function, but nothing reports when it ends",
					"Add the dependencies org.jetbrains.kotlinx:kotlinx-coroutines-reactor and "
							+ "org.jetbrains.kotlin:kotlin-reflect, by which Spring's proxies call suspend functions; "
							+ "Spring Boot manages their versions.");
		}
	}

	private static void checkFinalMethod(LimitedMethod limited) {
		Method method = limited.method();
		boolean onClass = limited.declarations().get(0).source() instanceof Class<?>;
		if (Modifier.isFinal(method.getModifiers()) && !Proxy.isProxyClass(method.getDeclaringClass())) {
			throw invalid(method, "is final, so no proxy can reach it",
					"The limit works through a proxy of the bean: make the method not final (in Kotlin: open)"
							+ (onClass ? ", or annotate the methods that are meant instead of the class." : "."));
		}
	}

	private static void checkFinalClass(Class<?> type) {
		boolean proxiedByInterface = Proxy.isProxyClass(type) || ClassUtils.isLambdaClass(type);
		if (Modifier.isFinal(type.getModifiers()) && !proxiedByInterface) {
			throw invalid(type, "is final, so no proxy can be made of it",
					"The limit works through a proxy of the bean: make the class not final (in Kotlin: open; a record "
							+ "is always final).");
		}
	}

	/**
	 * Checks a method of a bean that is proxied by its interfaces.
	 * @param limited the method
	 * @param interfaces what the proxy implements
	 * @throws InvalidRateLimitedMethodException if the annotated method is in none of
	 * them
	 */
	static void checkInterfaces(LimitedMethod limited, Class<?>[] interfaces) {
		boolean onMethod = limited.declarations().get(0).source() instanceof Method;
		if (onMethod && !isReachable(limited, interfaces)) {
			throw invalid(limited.method(), "is not in an interface of the bean, which is proxied by its interfaces",
					"Add the method to one of them, or proxy classes: spring.aop.proxy-target-class=true.");
		}
	}

	private static boolean isReachable(LimitedMethod limited, Class<?>[] interfaces) {
		return Arrays.stream(interfaces)
			.flatMap((each) -> Arrays.stream(each.getMethods()))
			.anyMatch((method) -> AopUtils.getMostSpecificMethod(method, limited.type()).equals(limited.method()));
	}

	private static InvalidRateLimitedMethodException invalid(AnnotatedElement element, String problem, String remedy) {
		return new InvalidRateLimitedMethodException(element, null, null, problem, remedy, null);
	}

}
