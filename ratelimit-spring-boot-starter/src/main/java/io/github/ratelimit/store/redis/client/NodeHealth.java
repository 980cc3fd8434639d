package io.github.ratelimit.store.redis.client;

import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.core.NestedExceptionUtils;

/**
 * The health of one node: whether it gets calls, or is only probed until it answers
 * again; with what is logged about it. Thread-safe.
 */
public final class NodeHealth {

	/** The most calls to one node with late replies for which no caller waits. */
	private static final int MOST_LATE = 4_096;

	private final CircuitBreaker breaker;

	private final String name;

	private final RedisAccess redis;

	private final OutageLog log;

	private final AtomicInteger late = new AtomicInteger();

	private volatile boolean notReady;

	/** Whether the node has answered the last probe. */
	private volatile boolean answersProbes;

	NodeHealth(String name, RedisAccess redis) {
		this.name = name;
		this.redis = redis;
		this.breaker = new CircuitBreaker(redis.deadlineNanos());
		this.log = new OutageLog(name, redis);
	}

	public boolean isOpen() {
		return this.breaker.isOpen();
	}

	/**
	 * Returns whether the node fails and has not answered the last probe: what was
	 * allowed without it is charged before decisions are made there again.
	 */
	public boolean isAway() {
		return isOpen() && !this.answersProbes;
	}

	/**
	 * Returns whether nothing was answered for so long that this may be an outage, whose
	 * beginning other instances do not know of either.
	 */
	public boolean isSilent() {
		return this.breaker.isSilent(this.redis.now());
	}

	boolean isDegraded() {
		return isOpen() || this.notReady;
	}

	/** Returns whether too many replies are late to wait for more. */
	public boolean isCrowded() {
		return this.late.get() >= MOST_LATE;
	}

	/** Notes a reply, in time or late. */
	public void answered() {
		boolean inTrouble = isInTrouble();
		if (this.breaker.answered()) {
			this.log.noOutage();
		}
		ready();
		if (inTrouble) {
			this.redis.nodeChanged();
		}
	}

	/** Returns whether anything is noted that a reply can change, or late replies. */
	boolean isInTrouble() {
		return this.breaker.isInTrouble() || this.late.get() > 0 || this.notReady;
	}

	/**
	 * Notes decisions that were made without this node, for the line at the end of an
	 * outage. Those of calls that are only late belong to none.
	 */
	public void decidedWithout(int limits) {
		if (this.breaker.isInTrouble()) {
			this.log.decidedWithout(limits);
		}
	}

	/**
	 * Notes permits that were allowed without this node, or while it gets no calls, and
	 * that it has to charge later, for the line at the end of an outage.
	 * @param permits how many, negative for some that are not charged after all
	 */
	public void owes(long permits) {
		if (this.breaker.isInTrouble()) {
			this.log.owed(permits);
		}
	}

	/**
	 * Notes a call that was not answered by its deadline.
	 * @param askedNanos when it was sent
	 * @param punctual whether its caller noticed in time: a thread that woke late is no
	 * sign of a late node
	 * @param key one of the keys of the call
	 */
	public void late(long askedNanos, boolean punctual, byte[] key) {
		this.redis.observer.failed(FailureReason.TIMEOUT);
		if (!punctual) {
			return;
		}
		long now = this.redis.now();
		if (this.breaker.unanswered(askedNanos, now)) {
			opened(FailureReason.TIMEOUT, new TimeoutException("nothing is answered"), key);
		}
		else {
			this.log.late(now);
		}
		this.redis.nodeChanged();
	}

	/** Notes a call whose reply is still to come and whose caller no longer waits. */
	public void lateBegins() {
		this.late.incrementAndGet();
		this.redis.nodeChanged();
	}

	public void lateEnds() {
		this.late.decrementAndGet();
		this.redis.nodeChanged();
	}

	/**
	 * Notes a failed call, once for each that was sent.
	 * @param failure why
	 * @param keys the keys of the call
	 */
	public void failed(Throwable failure, byte[]... keys) {
		String reason = FailureReason.reason(failure);
		if (FailureReason.isOfOneKey(failure)) {
			foreign(reason, keys);
			return;
		}
		failed(reason);
		if (this.breaker.failed()) {
			opened(reason, FailureReason.cause(failure), keys[0]);
		}
		this.redis.nodeChanged();
	}

	/**
	 * Notes a failed call of a script that no decision needs. A right that its user lacks
	 * is no sign that decisions fail.
	 * @param failure why
	 * @param keys the keys of the call
	 */
	public void failedBesideDecisions(Throwable failure, byte[]... keys) {
		String reason = FailureReason.reason(failure);
		if (reason.equals(FailureReason.NOPERM)) {
			failed(reason);
		}
		else {
			failed(failure, keys);
		}
	}

	private void ready() {
		this.redis.answered();
		if (this.notReady) {
			this.notReady = false;
		}
	}

	private void failed(String reason) {
		this.redis.observer.failed(reason);
		if (!FailureReason.isSilence(reason)) {
			this.redis.answered();
		}
	}

	/**
	 * Notes that the node cannot decide yet when the application starts. A node that is
	 * only late still gets calls.
	 * @param failure why
	 * @param key one of its keys
	 */
	public void notReady(Throwable failure, byte[] key) {
		String reason = FailureReason.reason(failure);
		failed(reason);
		if (reason.equals(FailureReason.TIMEOUT) || this.breaker.open()) {
			this.notReady = true;
			this.redis.nodeChanged();
			probe(key, reason, this.log.notReady(this.redis.client().where(), reason,
					NestedExceptionUtils.getMostSpecificCause(failure)));
		}
	}

	private void opened(String reason, Throwable failure, byte[] key) {
		probe(key, reason, this.log.opened(reason, failure));
	}

	private void probe(byte[] key, String reason, boolean outageBegins) {
		if (outageBegins) {
			this.redis.observer.degraded(this.name, reason);
		}
		new NodeProbe(this.redis, key, this).start();
	}

	/** Notes whether the node has answered a probe. */
	void probed(boolean answered) {
		this.answersProbes = answered;
	}

	/** Notes that the node can decide again. */
	void close() {
		this.answersProbes = false;
		this.breaker.close();
		ready();
		this.redis.nodeChanged();
		this.log.closed();
	}

	/** Notes a key that holds a foreign value. */
	public void foreign(byte[] key) {
		foreign(FailureReason.WRONGTYPE, key);
	}

	private void foreign(String reason, byte[]... keys) {
		this.redis.observer.failed(reason);
		this.redis.foreign.found(reason, keys);
	}

}
