package io.github.ratelimit.store.redis.client;

import java.lang.reflect.Field;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.ReflectionUtils;

/**
 * The target of the connections of a Lettuce factory, in any form. The factory reports a
 * standalone server, a socket, Sentinel and a cluster, but not a static list of masters
 * and replicas, for which it reports localhost.
 */
final class LettuceTopology {

	private static final Log logger = LogFactory.getLog(LettuceTopology.class);

	private static final @Nullable Field CONFIGURATION = field();

	private LettuceTopology() {
	}

	private static @Nullable Field field() {
		Field field = ReflectionUtils.findField(LettuceConnectionFactory.class, "configuration",
				RedisConfiguration.class);
		try {
			if (field != null) {
				field.setAccessible(true);
			}
			return field;
		}
		catch (RuntimeException ex) {
			logger.debug("The configuration of a LettuceConnectionFactory cannot be read", ex);
			return null;
		}
	}

	/** Returns null if the target is unknown. */
	static @Nullable RedisConfiguration of(LettuceConnectionFactory factory) {
		if (CONFIGURATION != null) {
			return (RedisConfiguration) ReflectionUtils.getField(CONFIGURATION, factory);
		}
		if (factory.getClusterConfiguration() != null) {
			return factory.getClusterConfiguration();
		}
		return (factory.getSentinelConfiguration() != null) ? factory.getSentinelConfiguration()
				: factory.getSocketConfiguration();
	}

}
