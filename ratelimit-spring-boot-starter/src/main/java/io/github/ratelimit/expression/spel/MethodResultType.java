package io.github.ratelimit.expression.spel;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import org.jspecify.annotations.Nullable;

import org.springframework.core.KotlinDetector;
import org.springframework.core.ResolvableType;

/** The type of {@code #result}, as far as a method's declaration shows it. */
final class MethodResultType {

	/** Types that produce elements: the element type is their first type argument. */
	private static final Set<String> PUBLISHERS = Set.of("org.reactivestreams.Publisher",
			"kotlinx.coroutines.flow.Flow");

	private MethodResultType() {
	}

	/** Returns the type of what a method returns, or of what that produces later. */
	static ResolvableType of(@Nullable Method method) {
		if (method == null) {
			return ResolvableType.NONE;
		}
		ResolvableType declared = KotlinDetector.isSuspendingFunction(method)
				? ResolvableType.forMethodParameter(method, method.getParameterCount() - 1).getGeneric()
				: ResolvableType.forMethodReturnType(method);
		Class<?> type = declared.toClass();
		if (CompletionStage.class.isAssignableFrom(type)) {
			return declared.as(CompletionStage.class).getGeneric();
		}
		if (Future.class.isAssignableFrom(type)) {
			return declared.as(Future.class).getGeneric();
		}
		return publishes(type) ? declared.getGeneric() : declared;
	}

	private static boolean publishes(@Nullable Class<?> type) {
		return type != null && (PUBLISHERS.contains(type.getName()) || publishes(type.getSuperclass())
				|| Arrays.stream(type.getInterfaces()).anyMatch(MethodResultType::publishes));
	}

}
