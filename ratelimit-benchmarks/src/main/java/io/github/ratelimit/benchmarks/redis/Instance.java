package io.github.ratelimit.benchmarks.redis;

import java.time.Duration;

/**
 * What an instance of a limiter is opened with.
 *
 * @param port the port of the server
 * @param quota the quota of every key
 * @param clockOffset by how much the clock of its machine is ahead
 */
record Instance(int port, Quota quota, Duration clockOffset) {

	Instance(int port, Quota quota) {
		this(port, quota, Duration.ZERO);
	}

}
