package io.github.ratelimit.store.redis.client;

import java.util.concurrent.ThreadFactory;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * The threads of a store, which do not keep an application alive.
 */
public final class DaemonThreadFactory {

	private DaemonThreadFactory() {
	}

	/** Returns what creates threads whose names begin with this. */
	public static ThreadFactory named(String prefix) {
		CustomizableThreadFactory threads = new CustomizableThreadFactory(prefix);
		threads.setDaemon(true);
		return threads;
	}

}
