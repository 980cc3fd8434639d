package io.github.ratelimit.benchmarks.redis.server;

/** A server of its own for a benchmark, or several that are one cluster. */
public interface RedisServers extends AutoCloseable {

	/** Returns the port of the server, or of one of them. */
	int port();

	/** Whether this is a cluster. */
	boolean isCluster();

	/** Returns what all of them have done since they were started. */
	ServerStats stats();

	@Override
	void close();

}
