package io.github.ratelimit.store.redis.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Probes a node that failed, until it can decide again: for a second it has to answer
 * each probe within the deadline of a decision. By then all instances have seen that it
 * answers, and it has charged what they allowed without it; and a node that is killed
 * repeatedly does not grant all permits each time. The pause between probes grows after a
 * failure. Used by the store's scheduler and its replies; thread-safe.
 */
final class NodeProbe {

	/** This many replies in a row, each within the deadline, end an outage. */
	static final int IN_A_ROW = 20;

	private static final long FIRST_PAUSE_MILLIS = 150;

	private static final long MOST_PAUSE_MILLIS = 800;

	/** The pause between replies in a row. */
	private static final long NEXT_PAUSE_MILLIS = 50;

	/** How often an error is seen before another connection is tried. */
	private static final int IN_VAIN = 2;

	/** The same, after connections that have not helped: a master may lack replicas. */
	private static final int MOST_IN_VAIN = 16;

	/** A connection without a reply for this time may hang. */
	private static final long HANGS_NANOS = Duration.ofSeconds(2).toNanos();

	private final RedisAccess redis;

	private final byte[] key;

	private final NodeHealth node;

	private long pauseMillis = FIRST_PAUSE_MILLIS;

	private int inARow;

	private int inVain;

	private int reconnectAfter = IN_VAIN;

	private boolean unanswered;

	private long unansweredSince;

	/**
	 * Creates a probe.
	 * @param key a key of the node; the probe writes another of the same slot
	 * @param node learns what the probes show
	 */
	NodeProbe(RedisAccess redis, byte[] key, NodeHealth node) {
		this.redis = redis;
		this.key = redis.names().probe(key);
		this.node = node;
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
			well = ++this.inARow >= IN_A_ROW;
		}
		if (well) {
			this.node.close();
		}
		else {
			this.node.probed(true);
			schedule(NEXT_PAUSE_MILLIS);
		}
	}

	private void failed(Throwable failure) {
		this.node.probed(false);
		long pause;
		boolean reconnect;
		synchronized (this) {
			// a late reply is no failure, but a node that hangs begins anew
			this.inARow = isLate(failure) ? this.inARow / 2 : 0;
			reconnect = isForAnotherConnection(failure);
			pause = this.pauseMillis;
			this.pauseMillis = Math.min(MOST_PAUSE_MILLIS / 2, 2 * this.pauseMillis);
		}
		if (reconnect) {
			this.redis.client().reconnect(this.key);
		}
		schedule(jittered(pause));
	}

	private static boolean isLate(Throwable failure) {
		return FailureReason.reason(failure).equals(FailureReason.TIMEOUT);
	}

	/** Returns whether another connection may help. */
	private boolean isForAnotherConnection(Throwable failure) {
		if (isLate(failure)) {
			this.inVain = 0;
			if (this.unanswered && this.redis.now() - this.unansweredSince >= HANGS_NANOS) {
				this.unansweredSince = this.redis.now();
				return true;
			}
			return false;
		}
		this.inVain = FailureReason.isOfFormerMaster(FailureReason.reason(failure)) ? this.inVain + 1 : 0;
		if (this.inVain >= this.reconnectAfter) {
			this.inVain = 0;
			this.reconnectAfter = Math.min(MOST_IN_VAIN, 2 * this.reconnectAfter);
			return true;
		}
		return false;
	}

}
