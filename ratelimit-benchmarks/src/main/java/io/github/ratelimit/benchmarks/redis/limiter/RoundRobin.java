package io.github.ratelimit.benchmarks.redis.limiter;

import io.github.ratelimit.benchmarks.redis.server.ServerStats;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The instances of one limiter, called in order, as behind a load balancer. */
public final class RoundRobin implements RemoteLimiter {

	private final List<RemoteLimiter> instances;

	private final AtomicInteger turn = new AtomicInteger();

	public RoundRobin(List<RemoteLimiter> instances) {
		this.instances = instances;
	}

	public List<RemoteLimiter> instances() {
		return this.instances;
	}

	private RemoteLimiter next() {
		if (this.instances.size() == 1) {
			return this.instances.get(0);
		}
		return this.instances.get(Math.floorMod(this.turn.getAndIncrement(), this.instances.size()));
	}

	@Override
	public boolean tryAcquire(String key) {
		return next().tryAcquire(key);
	}

	@Override
	public boolean tryAcquireAll(List<String> keys) {
		return next().tryAcquireAll(keys);
	}

	@Override
	public long callsIn(ServerStats stats) {
		return this.instances.get(0).callsIn(stats);
	}

	@Override
	public void close() {
		this.instances.forEach(RemoteLimiter::close);
	}

}
