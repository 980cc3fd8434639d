package io.github.ratelimit.store.redis.client;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.StoreObserver;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.commons.logging.Log;
import org.springframework.core.NestedExceptionUtils;

/**
 * The health of the nodes: which get calls, and which are only probed until they answer
 * again; with what is logged about it. Thread-safe.
 */
public final class RedisNodes {

	private static final Log logger = StoreLogger.LOG;

	/** The most calls to one node with late replies for which no caller waits. */
	private static final int MOST_LATE = 4_096;

	/** This many late replies within a minute cause a warning. */
	private static final int MANY_LATE = 1_000;

	private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();

	private final Map<String, Node> byName = new ConcurrentHashMap<>();

	private final AtomicBoolean warnedOfLate = new AtomicBoolean();

	private final StoreObserver observer;

	private final ForeignValueLog foreign;

	private final Supplier<String> policies;

	private final long deadlineNanos;

	private volatile boolean answered;

	public RedisNodes(TimeSource time, StoreObserver observer, Duration deadline, Supplier<String> policies) {
		this.observer = observer;
		this.foreign = new ForeignValueLog(time);
		this.policies = policies;
		this.deadlineNanos = deadline.toNanos();
	}

	Node of(String name, RedisAccess redis) {
		Node known = this.byName.get(name);
		return (known != null) ? known : this.byName.computeIfAbsent(name, (added) -> new Node(added, redis));
	}

	long deadlineNanos() {
		return this.deadlineNanos;
	}

	/** Returns what observes a call that is about to be made. */
	public StoreObserver.Call asking(int limits) {
		return this.observer.asking(limits);
	}

	/** Notes a reply of Redis, even if it is an error. */
	public void answered() {
		if (!this.answered) {
			this.answered = true;
		}
	}

	/**
	 * Returns {@code unknown} before the first reply, {@code degraded} while a node fails
	 * or is not ready, and {@code up} otherwise.
	 */
	public String status() {
		if (!this.answered) {
			return "unknown";
		}
		return this.byName.values().stream().anyMatch((node) -> node.isOpen() || node.notReady) ? "degraded" : "up";
	}

	/** One node with its circuit breaker. */
	public final class Node {

		private final CircuitBreaker breaker = new CircuitBreaker(RedisNodes.this.deadlineNanos);

		private final String name;

		private final RedisAccess redis;

		private final OutageLog log;

		private final AtomicInteger late = new AtomicInteger();

		private volatile boolean notReady;

		private int lateLately;

		private long lateSince;

		private Node(String name, RedisAccess redis) {
			this.name = name;
			this.redis = redis;
			this.log = new OutageLog(name, redis, RedisNodes.this.policies,
					(outage) -> RedisNodes.this.observer.recovered(name, outage));
		}

		/** Returns how long a reply of this node is in time. */
		public long deadlineNanos() {
			return RedisNodes.this.deadlineNanos;
		}

		public boolean isOpen() {
			return this.breaker.isOpen();
		}

		/** Returns whether too many replies are late to wait for more. */
		public boolean isCrowded() {
			return this.late.get() >= MOST_LATE;
		}

		/** Notes the reply to a call for permits, in time or late. */
		public void answered(long nanos) {
			answered();
			RedisNodes.this.observer.answered(nanos);
		}

		/** Notes the reply to a call that no decision waits for. */
		public void answered() {
			if (this.breaker.answered()) {
				this.log.noOutage();
			}
			ready();
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
		 * Notes permits that were allowed without this node, or while it gets no calls,
		 * and that it has to charge later, for the line at the end of an outage.
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
		 * @param punctual whether its caller noticed in time: a thread that woke late is
		 * no sign of a late node
		 * @param key one of the keys of the call
		 */
		public void late(long askedNanos, boolean punctual, byte[] key) {
			RedisNodes.this.observer.failed(FailureReason.TIMEOUT);
			if (!punctual) {
				return;
			}
			long now = this.redis.now();
			if (this.breaker.unanswered(askedNanos, now)) {
				opened(FailureReason.TIMEOUT, new TimeoutException("nothing is answered"), key);
			}
			else if (areMany(now) && RedisNodes.this.warnedOfLate.compareAndSet(false, true)) {
				logger.warn("Redis often answers after ratelimit.redis.deadline ("
						+ Duration.ofNanos(RedisNodes.this.deadlineNanos).toMillis()
						+ " ms): such calls are decided by the last snapshots, and limits lag by a round trip. Bring"
						+ " Redis nearer, or raise the deadline. (This is logged once; ratelimit.store.errors counts"
						+ " them as timeout.) [RL705]");
			}
		}

		private synchronized boolean areMany(long now) {
			if (this.lateLately == 0 || now - this.lateSince > MINUTE_NANOS) {
				this.lateLately = 0;
				this.lateSince = now;
			}
			return ++this.lateLately >= MANY_LATE;
		}

		/** Notes a call whose reply is still to come and whose caller no longer waits. */
		public void lateBegins() {
			this.late.incrementAndGet();
		}

		public void lateEnds() {
			this.late.decrementAndGet();
		}

		/**
		 * Notes a failed call, once for each that was sent.
		 * @param failure why
		 * @param keys the keys of the call
		 */
		public void failed(Throwable failure, byte[]... keys) {
			String reason = FailureReason.reason(failure);
			if (FailureReason.isOfOneKey(reason)) {
				foreign(reason, keys);
				return;
			}
			failed(reason);
			if (this.breaker.failed()) {
				opened(reason, FailureReason.cause(failure), keys[0]);
			}
		}

		/**
		 * Notes a failed call of a script that no decision needs. A right that its user
		 * lacks is no sign that decisions fail.
		 * @param failure why
		 * @param keys the keys of the call
		 */
		public void failedBesideDecisions(Throwable failure, byte[]... keys) {
			String reason = FailureReason.reason(failure);
			if (reason.equals(FailureReason.NOPERM)) {
				failed(reason);
				return;
			}
			failed(failure, keys);
		}

		private void ready() {
			RedisNodes.this.answered();
			if (this.notReady) {
				this.notReady = false;
			}
		}

		private void failed(String reason) {
			RedisNodes.this.observer.failed(reason);
			if (!FailureReason.isSilence(reason)) {
				RedisNodes.this.answered();
			}
		}

		/**
		 * Notes that the node cannot decide yet when the application starts. A node that
		 * is only late still gets calls.
		 * @param failure why
		 * @param key one of its keys
		 */
		public void notReady(Throwable failure, byte[] key) {
			String reason = FailureReason.reason(failure);
			failed(reason);
			if (reason.equals(FailureReason.TIMEOUT) || this.breaker.open()) {
				this.notReady = true;
				probe(key, reason, this.log.notReady(this.redis.client().where(), reason,
						NestedExceptionUtils.getMostSpecificCause(failure)));
			}
		}

		private void opened(String reason, Throwable failure, byte[] key) {
			probe(key, reason, this.log.opened(reason, failure));
		}

		private void probe(byte[] key, String reason, int returns) {
			if (returns == 0) {
				RedisNodes.this.observer.degraded(this.name, reason);
			}
			new NodeProbe(this.redis, key, returns, this::close).start();
		}

		private void close() {
			ready();
			this.breaker.close();
			this.log.closed();
		}

		/** Notes a key that holds a foreign value. */
		public void foreign(byte[] key) {
			foreign(FailureReason.WRONGTYPE, key);
		}

		private void foreign(String reason, byte[]... keys) {
			RedisNodes.this.observer.failed(reason);
			RedisNodes.this.foreign.found(reason, keys);
		}

	}

}
