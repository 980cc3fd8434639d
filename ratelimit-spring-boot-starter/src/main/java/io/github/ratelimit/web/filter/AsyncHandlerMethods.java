package io.github.ratelimit.web.filter;

import io.github.ratelimit.expression.RequestFacts;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpEntity;
import org.springframework.util.ClassUtils;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.method.HandlerMethod;

/** Methods whose work ends only with the response. */
final class AsyncHandlerMethods {

	/** The attribute of {@code HandlerMapping} of Spring MVC, which is optional. */
	private static final String HANDLER = "org.springframework.web.servlet.HandlerMapping.bestMatchingHandler";

	private static final List<Class<?>> PUBLISHERS = present("org.reactivestreams.Publisher",
			"kotlinx.coroutines.flow.Flow");

	private static final List<Class<?>> WRITTEN_LATER = Stream
		.concat(Stream.of(Callable.class, DeferredResult.class, WebAsyncTask.class),
				present("org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter",
						"org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody")
					.stream())
		.toList();

	private AsyncHandlerMethods() {
	}

	private static List<Class<?>> present(String... names) {
		ClassLoader loader = AsyncHandlerMethods.class.getClassLoader();
		return Arrays.stream(names)
			.filter((name) -> ClassUtils.isPresent(name, loader))
			.<Class<?>>map((name) -> ClassUtils.resolveClassName(name, loader))
			.toList();
	}

	/** Returns whether a method is the one that serves the request. */
	static boolean isHandler(RequestFacts facts, Method method) {
		if (!(facts.attribute(HANDLER) instanceof HandlerMethod handler)) {
			return false;
		}
		Method serving = handler.getMethod();
		return serving.getName().equals(method.getName())
				&& Arrays.equals(serving.getParameterTypes(), method.getParameterTypes())
				&& (isPartOf(method, serving) || isPartOf(serving, method)
						|| method.getDeclaringClass().isAssignableFrom(handler.getBeanType()));
	}

	private static boolean isPartOf(Method method, Method other) {
		return method.getDeclaringClass().isAssignableFrom(other.getDeclaringClass());
	}

	/**
	 * Returns whether a result is written by Spring MVC after the method has returned.
	 */
	static boolean isWrittenLater(@Nullable Object result) {
		Object written = (result instanceof HttpEntity<?> entity) ? entity.getBody() : result;
		return isAny(WRITTEN_LATER, written) || isAny(PUBLISHERS, written);
	}

	/** Returns whether a result reports its own end. */
	static boolean endsByItself(@Nullable Object result) {
		return isAny(PUBLISHERS, result);
	}

	private static boolean isAny(List<Class<?>> types, @Nullable Object value) {
		for (int i = 0; i < types.size(); i++) {
			if (types.get(i).isInstance(value)) {
				return true;
			}
		}
		return false;
	}

}
