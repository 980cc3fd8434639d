package io.github.ratelimit.store.redis.client;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The one logger for what users need to know about the store, named after the store's
 * class.
 */
public final class StoreLogger {

	public static final Log LOG = LogFactory.getLog("io.github.ratelimit.store.redis.RedisStore");

	private StoreLogger() {
	}

}
