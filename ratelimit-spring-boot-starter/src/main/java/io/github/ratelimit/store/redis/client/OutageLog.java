package io.github.ratelimit.store.redis.client;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.apache.commons.logging.Log;
import org.jspecify.annotations.Nullable;

/**
 * Logs the outages of one node: a warning at the beginning, a line at the end; and that
 * it often answers late. A node that fails again soon after its return is still in the
 * same outage. Thread-safe.
 */
final class OutageLog {

	private static final Log logger = RedisAccess.LOG;

	/** A node that answers for this time has recovered. */
	private static final Duration WELL = Duration.ofSeconds(5);

	/** This many late replies within a minute cause a warning. */
	private static final int MANY_LATE = 1_000;

	private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();

	private final String node;

	private final RedisAccess redis;

	private final LongAdder decided = new LongAdder();

	private final LongAdder owed = new LongAdder();

	private boolean lasting;

	private long began;

	private long closedAt;

	private int times;

	private int lateLately;

	private long lateSince;

	OutageLog(String node, RedisAccess redis) {
		this.node = node;
		this.redis = redis;
	}

	/** Counts decisions that were made without the node. */
	void decidedWithout(int limits) {
		this.decided.add(limits);
	}

	/** Counts permits that the node has to charge later, negative for fewer. */
	void owed(long permits) {
		this.owed.add(permits);
	}

	/** Drops what was counted because of failures that led to no outage. */
	synchronized void noOutage() {
		if (!this.lasting) {
			this.decided.reset();
			this.owed.reset();
		}
	}

	/**
	 * Notes that the node gets no more calls.
	 * @return whether an outage begins
	 */
	boolean opened(String reason, Throwable failure) {
		return opened(reason, failure,
				"Redis fails (" + this.node + ", " + reason + ": " + failure
						+ "). Until it answers again limits decide by on-store-failure: " + this.redis.policies.get()
						+ " [RL704]");
	}

	/**
	 * Notes that the node is not ready when the application starts.
	 * @return whether an outage begins
	 */
	boolean notReady(String where, String reason, Throwable failure) {
		return opened(reason, failure,
				"Redis is not ready (" + where + ", " + reason + ": " + failure
						+ "). The application starts without it; until it answers, limits decide by on-store-failure: "
						+ this.redis.policies.get()
						+ ". Start Redis, or correct the properties below spring.data.redis [RL526]");
	}

	private synchronized boolean opened(String reason, Throwable failure, String warning) {
		this.times++;
		if (this.lasting || isClosed()) {
			logger.debug("Redis fails again (" + this.node + ", " + reason + ")", failure);
			return false;
		}
		this.lasting = true;
		this.began = this.redis.now();
		logger.warn(warning);
		return true;
	}

	/** The end of the store ends its calls, which is no outage. */
	private boolean isClosed() {
		return this.redis.scheduler().isShutdown();
	}

	/** Notes that the node gets calls again. */
	synchronized void closed() {
		this.closedAt = this.redis.now();
		int times = this.times;
		this.redis.scheduler().schedule(() -> end(times), WELL.toNanos(), TimeUnit.NANOSECONDS);
	}

	private void end(int times) {
		Duration outage = endIfWell(times);
		if (outage != null) {
			this.redis.observer.recovered(this.node, outage);
		}
	}

	private synchronized @Nullable Duration endIfWell(int times) {
		if (!this.lasting || times != this.times) {
			return null;
		}
		this.lasting = false;
		this.times = 0;
		Duration outage = Duration.ofNanos(this.closedAt - this.began);
		String interrupted = (times > 1) ? " with " + (times - 1) + " returns in between" : "";
		logger.info("Redis answers again (" + this.node + ") after " + outage.toMillis() + " ms" + interrupted + "; "
				+ this.decided.sumThenReset() + " times a limit decided without it, "
				+ Math.max(0, this.owed.sumThenReset()) + " permits were charged or are charged later");
		return outage;
	}

	/** Notes a late reply, and logs once for all nodes that there are many. */
	synchronized void late(long now) {
		if (this.lateLately == 0 || now - this.lateSince > MINUTE_NANOS) {
			this.lateLately = 0;
			this.lateSince = now;
		}
		if (++this.lateLately >= MANY_LATE && this.redis.warnedOfLate.compareAndSet(false, true)) {
			logger.warn("Redis often answers after ratelimit.redis.deadline ("
					+ Duration.ofNanos(this.redis.deadlineNanos()).toMillis()
					+ " ms): such calls are decided by the last snapshots, and limits lag by a round trip. Bring"
					+ " Redis nearer, or raise the deadline. (This is logged once; ratelimit.store.errors counts"
					+ " them as timeout.) [RL705]");
		}
	}

}
