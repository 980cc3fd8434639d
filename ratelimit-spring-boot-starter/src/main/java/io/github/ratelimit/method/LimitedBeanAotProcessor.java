package io.github.ratelimit.method;

import java.lang.reflect.Method;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.util.ClassUtils;

/**
 * Registers for native images what limits read of a bean with limited methods: the
 * methods of its class, with their annotations and fallbacks, and the properties of their
 * arguments and results, which expressions use.
 */
final class LimitedBeanAotProcessor implements BeanRegistrationAotProcessor {

	private final RateLimitedAnnotations annotations = new RateLimitedAnnotations();

	@Override
	public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean bean) {
		Class<?> type = ClassUtils.getUserClass(bean.getBeanClass());
		if (!this.annotations.isCandidate(type)) {
			return null;
		}
		List<Method> limited = this.annotations.findAll(type).stream().map(LimitedMethod::method).toList();
		return (generation, code) -> register(type, limited, generation.getRuntimeHints().reflection());
	}

	private static void register(Class<?> type, List<Method> limited, ReflectionHints hints) {
		SourceMethods.hierarchy(type)
			.forEach((each) -> hints.registerType(each, MemberCategory.INVOKE_DECLARED_METHODS));
		BindingReflectionHintsRegistrar properties = new BindingReflectionHintsRegistrar();
		limited.forEach((method) -> {
			properties.registerReflectionHints(hints, method.getGenericParameterTypes());
			properties.registerReflectionHints(hints, method.getGenericReturnType());
		});
	}

}
