package io.github.ratelimit.web.response;

import io.github.ratelimit.MissingKeyException;
import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.RateLimitException;
import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.governor.CallRefusedException.Reason;
import io.github.ratelimit.provider.Refusal;
import jakarta.servlet.ServletException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.UndeclaredThrowableException;
import java.time.Duration;
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

	/** How long to wait for calls in flight, whose end is unknown. */
	private static final Duration UNKNOWN_WAIT = Duration.ofSeconds(1);

	private static final boolean SERVLETS = ClassUtils.isPresent("jakarta.servlet.ServletException",
			WrappedRefusals.class.getClassLoader());

	private WrappedRefusals() {
	}

	/**
	 * Returns the refusal that an exception is or wraps.
	 * @param ex what was thrown
	 * @return a {@link RateLimitExceededException}, a {@link MissingKeyException}, or a
	 * {@link CallRefusedException} of a call that was not interrupted; null if it is
	 * another failure
	 */
	public static @Nullable RateLimitException find(Throwable ex) {
		Throwable current = ex;
		for (int depth = 0; depth < MAX_DEPTH && current != null; depth++) {
			if (isRefusal(current)) {
				return (RateLimitException) current;
			}
			current = isWrapper(current) ? current.getCause() : null;
		}
		return null;
	}

	private static boolean isRefusal(Throwable ex) {
		return ex instanceof RateLimitExceededException || ex instanceof MissingKeyException
				|| (ex instanceof CallRefusedException unsent && unsent.reason() != Reason.INTERRUPTED);
	}

	/**
	 * Returns the content of the answer to a refusal. The limit of a provider is not
	 * named.
	 */
	static Refusal content(RateLimitException refusal, @Nullable String requestId) {
		if (refusal instanceof RateLimitExceededException exceeded) {
			return Refusal.of(exceeded.decision(), requestId);
		}
		if (refusal instanceof CallRefusedException unsent) {
			return Refusal.unnamed((unsent.reason() != Reason.TOO_LARGE) ? wait(unsent) : null, requestId);
		}
		return Refusal.missingKey(requestId);
	}

	/** Returns the status of the answer to a refusal. */
	public static int status(RateLimitException refusal) {
		return content(refusal, null).status();
	}

	/** Returns how long to wait after a refusal, zero if waiting does not help. */
	static Duration wait(RateLimitException refusal) {
		if (refusal instanceof RateLimitExceededException exceeded) {
			return exceeded.decision().retryAfter();
		}
		return (refusal instanceof CallRefusedException unsent && unsent.reason() != Reason.TOO_LARGE) ? wait(unsent)
				: Duration.ZERO;
	}

	private static Duration wait(CallRefusedException unsent) {
		return unsent.retryAfter().isZero() ? UNKNOWN_WAIT : unsent.retryAfter();
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
