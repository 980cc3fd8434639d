package io.github.ratelimit.store.redis.client;

import io.github.ratelimit.StoreUnavailableException;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.redis.script.LuaScript;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import io.github.ratelimit.store.redis.script.StoreScripts;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Redis as the parts of one store use it: runs scripts, notes on which nodes they
 * succeed, and waits for replies. Thread-safe.
 */
public final class RedisAccess implements AutoCloseable {

	/** For what users need to know about the store: named after the store's class. */
	public static final Log LOG = LogFactory.getLog("io.github.ratelimit.store.redis.RedisStore");

	/** How long to wait for a reply that is no part of a decision. */
	private static final Duration PATIENCE = Duration.ofSeconds(2);

	final StoreObserver observer;

	final ForeignValueLog foreign;

	final Supplier<String> policies;

	final AtomicBoolean warnedOfLate = new AtomicBoolean();

	private final ScriptClient client;

	private final StoreScripts scripts;

	private final LuaScript take;

	private final RedisKeyNames names;

	private final TimeSource time;

	private final long deadlineNanos;

	private final Map<String, NodeHealth> nodes = new ConcurrentHashMap<>();

	/** Drops what is scheduled after its end, as by replies. */
	private final ScheduledExecutorService scheduler = new ScheduledThreadPoolExecutor(1,
			daemonThreads("ratelimit-redis-"), new ThreadPoolExecutor.DiscardPolicy());

	private volatile boolean answered;

	/** Whether a node has something noted that decisions need to know. */
	private volatile boolean inTrouble;

	/**
	 * Creates the access of one store.
	 * @param client runs the scripts
	 * @param scripts the scripts
	 * @param names the names of its keys
	 * @param time the time of this instance
	 * @param observer receives the outcomes of calls
	 * @param deadline how long a decision may take in all
	 * @param policies describes for the log what limits do during an outage
	 */
	public RedisAccess(ScriptClient client, StoreScripts scripts, RedisKeyNames names, TimeSource time,
			StoreObserver observer, Duration deadline, Supplier<String> policies) {
		this.client = client;
		this.scripts = scripts;
		this.take = scripts.take();
		this.names = names;
		this.time = time;
		this.observer = observer;
		this.deadlineNanos = deadline.toNanos();
		this.policies = policies;
		this.foreign = new ForeignValueLog(time);
	}

	/** Returns what creates threads that do not keep an application alive. */
	public static ThreadFactory daemonThreads(String prefix) {
		CustomizableThreadFactory threads = new CustomizableThreadFactory(prefix);
		threads.setDaemon(true);
		return threads;
	}

	/** Waits before another attempt to connect; returns false if interrupted. */
	public static boolean pause(Duration pause) {
		try {
			Thread.sleep(pause.toMillis());
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	public ScriptClient client() {
		return this.client;
	}

	public StoreScripts scripts() {
		return this.scripts;
	}

	public RedisKeyNames names() {
		return this.names;
	}

	public TimeSource time() {
		return this.time;
	}

	/** Returns the time of this instance's monotonic clock, in nanoseconds. */
	public long now() {
		return this.time.nanoTime();
	}

	/** Returns what runs tasks later; it drops those that are scheduled after the end. */
	public ScheduledExecutorService scheduler() {
		return this.scheduler;
	}

	/** Runs the script of decisions on the node that has the keys, like {@link #run}. */
	public CompletableFuture<byte[]> take(byte[][] keys, byte[]... args) {
		return this.client.run(this.take, keys, args);
	}

	/** Runs a script on the node that has a key. Does not block, does not throw. */
	public CompletableFuture<byte[]> run(LuaScript script, byte[] key, byte[]... args) {
		return this.client.run(script, new byte[][] { key }, args);
	}

	/**
	 * Notes the reply or the failure of a call that no decision waits for.
	 * @param reply becomes the reply
	 * @param keys the keys of the call
	 * @return becomes the same, after it is noted
	 */
	public CompletableFuture<byte[]> noted(CompletableFuture<byte[]> reply, byte[]... keys) {
		return reply.whenComplete((bytes, failure) -> {
			if (failure != null) {
				node(keys[0]).failed(failure, keys);
			}
			else {
				answered(keys[0]);
			}
		});
	}

	/**
	 * Notes the failure of a call that each instance makes every few seconds, so that an
	 * outage is noticed although no decision is made. Before the first reply, the start
	 * notes failures.
	 * @param failure why
	 * @param key the key of the call
	 */
	public void failedBesideDecisions(Throwable failure, byte[] key) {
		if (this.answered) {
			node(key).failedBesideDecisions(failure, key);
		}
	}

	/**
	 * Waits for a reply until the deadline of a decision that began earlier.
	 * @param answer becomes the reply
	 * @param since when the decision began; a later time than now counts as now
	 * @throws TimeoutException if there is none by then
	 * @throws ExecutionException if there is a failure instead
	 */
	public <T> T await(CompletableFuture<T> answer, long since) throws ExecutionException, TimeoutException {
		long now = now();
		return await(answer, ((since - now < 0) ? since : now) + this.deadlineNanos, this.time);
	}

	/**
	 * Waits for a reply that is no part of a decision, for two seconds at most.
	 * @throws StoreUnavailableException if there is none by then, or a failure instead
	 */
	public byte[] awaitPatiently(CompletableFuture<byte[]> answer) {
		try {
			return await(answer, now() + PATIENCE.toNanos(), this.time);
		}
		catch (ExecutionException | TimeoutException ex) {
			throw new StoreUnavailableException("Redis cannot be asked now (" + FailureReason.reason(ex) + ")",
					FailureReason.cause(ex));
		}
	}

	/**
	 * Waits until a time; a reply that is there is returned in any case. An interrupted
	 * thread waits like any other, since Redis executes what was sent, and a deadline
	 * bounds the wait; its interrupt flag is set again afterwards.
	 * @throws TimeoutException if there is none by then
	 * @throws ExecutionException if there is a failure instead
	 */
	public static <T> T await(CompletableFuture<T> answer, long deadlineNanos, TimeSource time)
			throws ExecutionException, TimeoutException {
		boolean interrupted = false;
		try {
			while (true) {
				try {
					return answer.get(Math.max(0, deadlineNanos - time.nanoTime()), TimeUnit.NANOSECONDS);
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/** Returns the node that has a key. */
	public NodeHealth node(byte[] key) {
		String name = this.client.node(key);
		NodeHealth known = this.nodes.get(name);
		return (known != null) ? known : this.nodes.computeIfAbsent(name, (added) -> new NodeHealth(added, this));
	}

	/** Returns whether the node that has a key fails, and gets no calls. */
	public boolean isOpen(byte[] key) {
		return this.inTrouble && node(key).isOpen();
	}

	/** Returns whether the node that has a key fails, and does not answer probes. */
	public boolean isAway(byte[] key) {
		return this.inTrouble && node(key).isAway();
	}

	/** Returns whether too many replies of this node are late to wait for more. */
	public boolean isCrowded(byte[] key) {
		return this.inTrouble && node(key).isCrowded();
	}

	/** Notes a reply of this node, in time or late. */
	public void answered(byte[] key) {
		if (this.inTrouble) {
			node(key).answered();
		}
		answered();
	}

	/** Notes the reply of this node to a call for permits, in time or late. */
	public void answered(byte[] key, long nanos) {
		answered(key);
		this.observer.answered(nanos);
	}

	/** Called after a change of what is noted of a node. */
	synchronized void nodeChanged() {
		this.inTrouble = this.nodes.values().stream().anyMatch(NodeHealth::isInTrouble);
	}

	/** Returns a key of no limit in this slot. */
	public byte[] route(int slot) {
		return this.names.route(slot, this.client.isCluster());
	}

	/** Returns how long a decision waits for a reply, in nanoseconds. */
	public long deadlineNanos() {
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
		return this.nodes.values().stream().anyMatch(NodeHealth::isDegraded) ? "degraded" : "up";
	}

	@Override
	public void close() {
		this.scheduler.shutdownNow();
		this.client.close();
	}

}
