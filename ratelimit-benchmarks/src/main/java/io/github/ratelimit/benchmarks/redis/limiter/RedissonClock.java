package io.github.ratelimit.benchmarks.redis.limiter;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import org.redisson.RedissonRateLimiter;
import org.redisson.api.RRateLimiter;
import org.redisson.command.CommandAsyncExecutor;

/**
 * Controls the clock of Redisson's limiter, which cannot be given one: it sends the JVM's
 * milliseconds as the second argument of its script, which are changed here before they
 * are sent.
 */
final class RedissonClock {

	private static final int ARGUMENTS_OF_ACQUIRE = 3;

	private static final int TIME = 1;

	private final CommandAsyncExecutor executor;

	RedissonClock(CommandAsyncExecutor executor, Duration offset) {
		this.executor = (CommandAsyncExecutor) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { CommandAsyncExecutor.class }, (proxy, method, args) -> {
					if (method.getName().equals("evalWriteAsync")) {
						move((Object[]) args[args.length - 1], offset.toMillis());
					}
					try {
						return method.invoke(executor, args);
					}
					catch (InvocationTargetException ex) {
						throw ex.getCause();
					}
				});
	}

	private static void move(Object[] arguments, long millis) {
		if (arguments.length == ARGUMENTS_OF_ACQUIRE) {
			arguments[TIME] = (Long) arguments[TIME] + millis;
		}
	}

	RRateLimiter limiter(String name) {
		try {
			Constructor<RedissonRateLimiter> constructor = RedissonRateLimiter.class
				.getDeclaredConstructor(CommandAsyncExecutor.class, String.class);
			constructor.setAccessible(true);
			return constructor.newInstance(this.executor, name);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException("Redisson's limiter is not made as it was", ex);
		}
	}

}
