package io.github.ratelimit.client.anthropic;

import com.anthropic.core.http.HttpRequest;
import com.anthropic.core.http.HttpRequestBody;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Returns the bodies of requests. Their method {@code body()} returns an
 * {@link HttpRequestBody} until version 2 of the SDK and an {@link Optional} since
 * version 3, and nothing else returns a body. Code that is compiled against one fails
 * with a {@link NoSuchMethodError} on the other, so the method is looked up once.
 */
final class RequestBodies {

	/** Takes a request and returns an object; null if the SDK has no such method. */
	private static final @Nullable MethodHandle BODY = find();

	private RequestBodies() {
	}

	/**
	 * Returns the body of a request.
	 * @param request the request
	 * @return the body, null if there is none
	 */
	static @Nullable HttpRequestBody of(HttpRequest request) {
		if (BODY == null) {
			return null;
		}
		Object body;
		try {
			body = BODY.invokeExact(request);
		}
		catch (RuntimeException | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException("The method throws no checked exception", ex);
		}
		Object present = (body instanceof Optional<?> optional) ? optional.orElse(null) : body;
		return (HttpRequestBody) present;
	}

	private static @Nullable MethodHandle find() {
		MethodHandle body = find(HttpRequestBody.class);
		return (body != null) ? body : find(Optional.class);
	}

	private static @Nullable MethodHandle find(Class<?> type) {
		try {
			return MethodHandles.publicLookup()
				.findVirtual(HttpRequest.class, "body", MethodType.methodType(type))
				.asType(MethodType.methodType(Object.class, HttpRequest.class));
		}
		catch (NoSuchMethodException | IllegalAccessException ex) {
			return null;
		}
	}

}
