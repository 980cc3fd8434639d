package io.github.ratelimit.benchmarks.redis.limiter;

import io.github.ratelimit.benchmarks.redis.server.RedisServers;
import java.time.Duration;

/**
 * What an instance of a limiter is opened with.
 *
 * @param servers the server, or the cluster
 * @param quota the quota of every key
 * @param clockOffset by how much the clock of its machine is ahead
 */
public record Instance(RedisServers servers, Quota quota, Duration clockOffset) {

	public Instance(RedisServers servers, Quota quota) {
		this(servers, quota, Duration.ZERO);
	}

	/** Returns the port of the server, or of one of the cluster's. */
	int port() {
		return this.servers.port();
	}

}
