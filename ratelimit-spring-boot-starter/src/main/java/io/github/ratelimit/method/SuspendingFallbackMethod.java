package io.github.ratelimit.method;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;
import java.util.Arrays;

import io.github.ratelimit.RateLimitExceededException;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;

/**
 * The fallback of a suspend function: another suspend function, or a plain function. The
 * proxy waits for publishers, as it does for those of the limited function.
 */
final class SuspendingFallbackMethod extends FallbackMethod {

	/** Null for a plain function. */
	private final @Nullable Method suspending;

	private final boolean takesException;

	private SuspendingFallbackMethod(MethodHandle handle, @Nullable Method suspending, boolean takesException) {
		super(handle);
		this.suspending = suspending;
		this.takesException = takesException;
	}

	static SuspendingFallbackMethod to(Method method, boolean takesException) {
		return new SuspendingFallbackMethod(handle(method, takesException),
				KotlinMethods.isSuspending(method) ? method : null, takesException);
	}

	@Override
	@Nullable Object call(@Nullable Object target, @Nullable Object[] arguments, RateLimitExceededException refusal)
			throws Throwable {
		int written = arguments.length - 1;
		if (this.suspending == null) {
			return published(super.call(target, Arrays.copyOf(arguments, written), refusal));
		}
		@Nullable Object[] all = Arrays.copyOf(arguments, this.takesException ? written + 2 : written + 1);
		all[all.length - 1] = arguments[written];
		if (this.takesException) {
			all[written] = refusal;
		}
		return AopUtils.invokeJoinpointUsingReflection(target, this.suspending, all);
	}

	private static @Nullable Object published(@Nullable Object result) {
		ReactiveAdapter adapter = (result != null)
				? ReactiveAdapterRegistry.getSharedInstance().getAdapter(null, result) : null;
		return (adapter != null && adapter.isMultiValue()) ? adapter.toPublisher(result) : result;
	}

}
