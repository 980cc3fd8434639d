package io.github.ratelimit.web.response;

import io.github.ratelimit.MissingKeyException;
import io.github.ratelimit.RateLimitExceededException;
import jakarta.servlet.ServletException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/**
 * Finds refusals within the exceptions in which servlets, asynchronous results and
 * proxies wrap them.
 */
public final class WrappedRefusals {

	private static final int MAX_DEPTH = 10;

	private static final boolean SERVLETS = ClassUtils.isPresent("jakarta.servlet.ServletException",
			WrappedRefusals.class.getClassLoader());

	private WrappedRefusals() {
	}

	/**
	 * Returns the refusal that an exception is or wraps.
	 * @param ex what was thrown
	 * @return a {@link RateLimitExceededException} or {@link MissingKeyException}, null
	 * if it is another failure
	 */
	public static @Nullable Exception find(Throwable ex) {
		Throwable current = ex;
		for (int depth = 0; depth < MAX_DEPTH && current != null; depth++) {
			if (current instanceof RateLimitExceededException || current instanceof MissingKeyException) {
				return (Exception) current;
			}
			current = isWrapper(current) ? current.getCause() : null;
		}
		return null;
	}

	private static boolean isWrapper(Throwable throwable) {
		return (SERVLETS && Servlets.isWrapper(throwable)) || throwable instanceof CompletionException
				|| throwable instanceof ExecutionException || throwable instanceof InvocationTargetException
				|| throwable instanceof UndeclaredThrowableException;
	}

	/** Must not be loaded without servlets. */
	private static final class Servlets {

		static boolean isWrapper(Throwable throwable) {
			return throwable instanceof ServletException;
		}

	}

}
