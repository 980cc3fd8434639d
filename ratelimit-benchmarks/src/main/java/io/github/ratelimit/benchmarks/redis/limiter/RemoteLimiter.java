package io.github.ratelimit.benchmarks.redis.limiter;

import io.github.ratelimit.benchmarks.redis.server.ServerStats;
import java.util.List;

/** A limiter that shares its limits through Redis: one instance of an application. */
public interface RemoteLimiter extends AutoCloseable {

	/** Takes one permit of a key. */
	boolean tryAcquire(String key);

	/**
	 * Takes one permit of each of several keys. A subject that cannot do so in one step
	 * takes one after the other, and keeps what was granted before a refusal.
	 */
	default boolean tryAcquireAll(List<String> keys) {
		for (String key : keys) {
			if (!tryAcquire(key)) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Returns how many commands were sent to the server, which counts those that scripts
	 * run as well.
	 */
	default long callsIn(ServerStats stats) {
		return stats.calls("eval") + stats.calls("evalsha");
	}

	@Override
	void close();

}
