package io.github.ratelimit.store.redis;

import io.github.ratelimit.store.redis.client.RedisAccess;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The number of instances that share the limits. Each reports to Redis every few seconds;
 * one that ends deregisters, or expires some seconds later. During an outage of Redis the
 * last number applies. A smaller number applies only after it was seen for as long as an
 * instance takes to expire, since a Redis that has lost all instances learns of them one
 * by one. Thread-safe.
 */
final class InstanceCount {

	private static final Log logger = LogFactory.getLog(InstanceCount.class);

	/** How often an instance reports to Redis. */
	static final Duration BEAT = Duration.ofSeconds(3);

	/** How long an instance is counted after a report. */
	static final Duration COUNTED = Duration.ofSeconds(10);

	private static final byte[] IS_THERE = RedisKeyNames.bytes("+");

	private static final byte[] ENDS = RedisKeyNames.bytes("-");

	private final RedisAccess redis;

	private final byte[] key;

	private final byte[] name = RedisKeyNames.bytes(Long.toHexString(ThreadLocalRandom.current().nextLong()));

	private final byte[] countedMicros = LimitEncoding.doubles(TimeUnit.MILLISECONDS.toMicros(COUNTED.toMillis()));

	private volatile int count = 1;

	private volatile boolean closed;

	/** The greatest of the smaller numbers since the first of them; 0 for none. */
	private int fewer;

	private long fewerSince;

	InstanceCount(RedisAccess redis) {
		this.redis = redis;
		this.key = redis.names().instances();
	}

	/** Reports this instance to Redis, now and every few seconds. */
	void start() {
		this.redis.scheduler().scheduleWithFixedDelay(this::beat, 0, BEAT.toMillis(), TimeUnit.MILLISECONDS);
	}

	/** Throws nothing: a task that throws is not run again. */
	private void beat() {
		try {
			if (!this.closed && !this.redis.isOpen(this.key)) {
				report(IS_THERE).whenComplete((bytes, failure) -> {
					if (failure != null) {
						failed(failure);
					}
					else {
						this.redis.answered(this.key);
						counted((int) LimitEncoding.wrap(bytes).getDouble(0), this.redis.now());
					}
				});
			}
		}
		catch (RuntimeException ex) {
			logger.debug("This instance cannot be reported to Redis at the moment", ex);
		}
	}

	private CompletableFuture<byte[]> report(byte[] what) {
		return this.redis.run(this.redis.scripts().heartbeat(), this.key, what, this.name, this.countedMicros);
	}

	private void failed(Throwable failure) {
		this.redis.failedBesideDecisions(failure, this.key);
		synchronized (this) {
			this.fewer = 0;
		}
		logger.debug("This instance has not been reported to Redis", failure);
	}

	/** Notes the number that Redis has counted. */
	synchronized void counted(int instances, long now) {
		if (instances >= this.count) {
			this.count = instances;
			this.fewer = 0;
			return;
		}
		if (this.fewer == 0) {
			this.fewerSince = now;
		}
		this.fewer = Math.max(this.fewer, Math.max(1, instances));
		if (now - this.fewerSince >= COUNTED.toNanos()) {
			this.count = this.fewer;
			this.fewer = 0;
		}
	}

	/** Returns the number of instances as far as it is known, at least 1. */
	int count() {
		return this.count;
	}

	/** Deregisters this instance. */
	CompletableFuture<?> end() {
		this.closed = true;
		return this.redis.isOpen(this.key) ? CompletableFuture.completedFuture(null) : report(ENDS);
	}

}
