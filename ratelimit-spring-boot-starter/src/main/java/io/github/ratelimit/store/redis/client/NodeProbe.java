package io.github.ratelimit.store.redis.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Probes a node that failed, until it can decide again: it has to answer several probes
 * in a row, each within the deadline of a decision. The pause between probes grows after
 * a failure. A node that fails again soon has to answer for longer each time, since a
 * node that has lost its state grants all permits again. Used by the store's scheduler
 * and its replies; thread-safe.
 */
final class NodeProbe {

	/** This many replies in a row, each within the deadline, end an outage. */
	static final int IN_A_ROW = 3;

	/** After this many returns the number of replies no longer doubles. */
	private static final int MOST_RETURNS = 4;

	private static final long FIRST_PAUSE_MILLIS = 150;

	private static final long MOST_PAUSE_MILLIS = 1_000;

	/** The pause between replies in a row. */
	private static final long NEXT_PAUSE_MILLIS = 30;

	/** How often an error is seen before another connection is tried. */
	private static final int IN_VAIN = 2;

	/** The same, after connections that have not helped: a master may lack replicas. */
	private static final int MOST_IN_VAIN = 16;

	/** A connection without a reply for this time may hang. */
	private static final long HANGS_NANOS = Duration.ofSeconds(2).toNanos();

	private final RedisAccess redis;

	private final byte[] key;

	private final int answersNeeded;

	private final Runnable answers;

	private long pauseMillis = FIRST_PAUSE_MILLIS;

	private int inARow;

	private int inVain;

	private int reconnectAfter = IN_VAIN;

	private boolean unanswered;

	private long unansweredSince;

	/**
	 * Creates a probe.
	 * @param key a key of the node; the probe writes another of the same slot
	 * @param returns how often the node has returned for a moment lately
	 * @param answers is run once when the node can decide again
	 */
	NodeProbe(RedisAccess redis, byte[] key, int returns, Runnable answers) {
		this.redis = redis;
		this.key = redis.names().probe(key);
		this.answersNeeded = IN_A_ROW << Math.min(MOST_RETURNS, returns);
		this.answers = answers;
	}

	/** Starts to probe. */
	void start() {
		schedule(jittered(FIRST_PAUSE_MILLIS));
	}

	/** Instances that failed together do not reconnect together. */
	private static long jittered(long millis) {
		return ThreadLocalRandom.current().nextLong(millis, 2 * millis);
	}

	private void schedule(long millis) {
		this.redis.scheduler().schedule(this::send, millis, TimeUnit.MILLISECONDS);
	}

	private void send() {
		long sent = this.redis.now();
		synchronized (this) {
			if (!this.unanswered) {
				this.unanswered = true;
				this.unansweredSince = sent;
			}
		}
		CompletableFuture<byte[]> answer = this.redis.run(this.redis.scripts().probe(), this.key);
		answer.whenComplete((bytes, failure) -> noteAnswer());
		answer.copy().orTimeout(this.redis.deadlineNanos(), TimeUnit.NANOSECONDS).whenComplete((bytes, failure) -> {
			if (failure == null) {
				succeeded();
			}
			else {
				failed(failure);
			}
		});
	}

	private synchronized void noteAnswer() {
		this.unanswered = false;
	}

	private void succeeded() {
		boolean well;
		synchronized (this) {
			this.inVain = 0;
			well = ++this.inARow >= this.answersNeeded;
		}
		if (well) {
			this.answers.run();
		}
		else {
			schedule(NEXT_PAUSE_MILLIS);
		}
	}

	private void failed(Throwable failure) {
		long pause;
		boolean reconnect;
		synchronized (this) {
			this.inARow = 0;
			reconnect = isForAnotherConnection(failure);
			pause = this.pauseMillis;
			this.pauseMillis = Math.min(MOST_PAUSE_MILLIS / 2, 2 * this.pauseMillis);
		}
		if (reconnect) {
			this.redis.client().reconnect(this.key);
		}
		schedule(jittered(pause));
	}

	/** Returns whether another connection may help. */
	private boolean isForAnotherConnection(Throwable failure) {
		String reason = FailureReason.reason(failure);
		if (reason.equals(FailureReason.TIMEOUT)) {
			this.inVain = 0;
			if (this.unanswered && this.redis.now() - this.unansweredSince >= HANGS_NANOS) {
				this.unansweredSince = this.redis.now();
				return true;
			}
			return false;
		}
		this.inVain = FailureReason.isOfFormerMaster(reason) ? this.inVain + 1 : 0;
		if (this.inVain >= this.reconnectAfter) {
			this.inVain = 0;
			this.reconnectAfter = Math.min(MOST_IN_VAIN, 2 * this.reconnectAfter);
			return true;
		}
		return false;
	}

}
