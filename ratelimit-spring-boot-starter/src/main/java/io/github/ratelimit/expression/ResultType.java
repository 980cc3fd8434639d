package io.github.ratelimit.expression;

import java.lang.reflect.Method;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;

/** What {@code #result} is, as far as a method's declaration tells. */
final class ResultType {

	private static final String PUBLISHER = "org.reactivestreams.Publisher";

	private ResultType() {
	}

	/** Returns the type of what a method returns, or of what that will once produce. */
	static ResolvableType of(@Nullable Method method) {
		if (method == null) {
			return ResolvableType.NONE;
		}
		ResolvableType declared = ResolvableType.forMethodReturnType(method);
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
		for (Class<?> each = type; each != null; each = each.getSuperclass()) {
			if (each.getName().equals(PUBLISHER)) {
				return true;
			}
			for (Class<?> implemented : each.getInterfaces()) {
				if (publishes(implemented)) {
					return true;
				}
			}
		}
		return false;
	}

}
