package io.github.ratelimit.store.redis;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.redis.client.RedisNodes;
import io.github.ratelimit.store.redis.client.ScriptClient;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.LuaScript;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * How many instances share the limits. Each tells Redis every few seconds that it is
 * there; one that ends says so, or is no longer counted some seconds later. While Redis
 * is away the last number stays. A smaller number counts only when it was seen for as
 * long as an instance is counted: a Redis that has lost all instances learns of them one
 * by one. Thread-safe.
 */
final class InstanceCount {

	private static final Log logger = LogFactory.getLog(InstanceCount.class);

	/** How often an instance tells that it is there. */
	static final Duration BEAT = Duration.ofSeconds(3);

	/** For how long it is counted then. */
	static final Duration COUNTED = Duration.ofSeconds(10);

	private static final byte[] IS_THERE = RedisKeyNames.bytes("+");

	private static final byte[] ENDS = RedisKeyNames.bytes("-");

	private final ScriptClient redis;

	private final LuaScript script;

	private final byte[] key;

	private final RedisNodes nodes;

	private final TimeSource time;

	private final ScheduledExecutorService scheduler;

	private final byte[] name = RedisKeyNames.bytes(Long.toHexString(ThreadLocalRandom.current().nextLong()));

	private final byte[] countedMicros = LimitEncoding.buffer(Double.BYTES)
		.putDouble(TimeUnit.MILLISECONDS.toMicros(COUNTED.toMillis()))
		.array();

	private volatile int count = 1;

	private volatile boolean closed;

	/** The most of the smaller numbers since the first of them; 0 for none. */
	private int fewer;

	private long fewerSince;

	InstanceCount(ScriptClient redis, LuaScript script, byte[] key, RedisNodes nodes, TimeSource time,
			ScheduledExecutorService scheduler) {
		this.redis = redis;
		this.script = script;
		this.key = key;
		this.nodes = nodes;
		this.time = time;
		this.scheduler = scheduler;
	}

	/** Tells Redis that this instance is there, now and every few seconds. */
	void start() {
		this.scheduler.scheduleWithFixedDelay(this::beat, 0, BEAT.toMillis(), TimeUnit.MILLISECONDS);
	}

	/** Throws nothing: a task that throws is not run again. */
	private void beat() {
		try {
			if (!this.closed && !this.nodes.of(this.key).isOpen()) {
				tell(IS_THERE).whenComplete((bytes, failure) -> {
					if (failure != null) {
						failed(failure);
					}
					else {
						this.nodes.answered();
						counted((int) LimitEncoding.buffer(bytes.length).put(bytes).getDouble(0), this.time.nanoTime());
					}
				});
			}
		}
		catch (RuntimeException ex) {
			logger.debug("Redis cannot be told just now that this instance is there", ex);
		}
	}

	private CompletableFuture<byte[]> tell(byte[] what) {
		return this.redis.run(this.script, new byte[][] { this.key }, what, this.name, this.countedMicros);
	}

	private synchronized void failed(Throwable failure) {
		this.fewer = 0;
		logger.debug("Redis has not been told that this instance is there", failure);
	}

	/** Notes what Redis has counted. */
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

	/** Returns how many instances there are, as far as is known, at least 1. */
	int count() {
		return this.count;
	}

	/** Tells Redis that this instance ends. */
	CompletableFuture<?> end() {
		this.closed = true;
		try {
			return this.nodes.of(this.key).isOpen() ? CompletableFuture.completedFuture(null) : tell(ENDS);
		}
		catch (RejectedExecutionException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

}
