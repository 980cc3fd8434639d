package io.github.ratelimit.store.redis;

import io.github.ratelimit.StoreObserver;
import io.github.ratelimit.TimeSource;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * How the nodes do: who is asked, who is only probed until it answers again, and what is
 * said about it. Thread-safe.
 */
final class Nodes {

	private static final Log logger = LogFactory.getLog(RedisStore.class);

	private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(1);

	private static final long PAUSE_LEAST = 150;

	private static final long PAUSE_MOST = 450;

	/** After so many probes in vain the connection may be the reason. */
	private static final int IN_VAIN = 2;

	private final Map<String, Node> byName = new ConcurrentHashMap<>();

	private final RedisScripts scripts;

	private final Script probe;

	private final RedisKeys names;

	private final ScheduledExecutorService scheduler;

	private final TimeSource time;

	private final StoreObserver observer;

	private final ForeignValues foreign;

	private final String policies;

	Nodes(RedisScripts scripts, Script probe, RedisKeys names, ScheduledExecutorService scheduler, TimeSource time,
			StoreObserver observer, String policies) {
		this.scripts = scripts;
		this.probe = probe;
		this.names = names;
		this.scheduler = scheduler;
		this.time = time;
		this.observer = observer;
		this.foreign = new ForeignValues(time);
		this.policies = policies;
	}

	Node of(byte[] name) {
		String node = this.scripts.node(name);
		Node known = this.byName.get(node);
		return (known != null) ? known : this.byName.computeIfAbsent(node, Node::new);
	}

	boolean anyOpen() {
		return this.byName.values().stream().anyMatch((node) -> node.breaker.isOpen());
	}

	/** One node with its breaker. */
	final class Node {

		private final String name;

		private final Breaker breaker = new Breaker();

		private final LongAdder decidedWithout = new LongAdder();

		private volatile long openedAt;

		private int inVain;

		private Node(String name) {
			this.name = name;
		}

		boolean isOpen() {
			return this.breaker.isOpen();
		}

		void answered(long nanos) {
			this.breaker.succeeded();
			Nodes.this.observer.answered(nanos);
		}

		void decidedWithout(int limits) {
			this.decidedWithout.add(limits);
		}

		/**
		 * Is told of a call that failed.
		 * @param failure why
		 * @param keys the keys of the call
		 */
		void failed(Throwable failure, byte[]... keys) {
			String reason = StoreFailures.reason(failure);
			if (StoreFailures.isOfOneKey(reason)) {
				foreign(reason, keys);
				return;
			}
			Nodes.this.observer.failed(reason);
			if (this.breaker.failed()) {
				this.openedAt = Nodes.this.time.nanoTime();
				this.inVain = 0;
				logger.warn("Redis fails (" + this.name + ", " + reason + ": " + StoreFailures.cause(failure)
						+ "). Until it answers again limits decide by on-store-failure: " + Nodes.this.policies);
				schedule(Nodes.this.names.probe(keys[0]));
			}
		}

		/** Is told of a key that has something of a type that is not ours. */
		void foreign(byte[] key) {
			foreign(StoreFailures.WRONGTYPE, key);
		}

		private void foreign(String reason, byte[]... keys) {
			Nodes.this.observer.failed(reason);
			Nodes.this.foreign.found(reason, keys);
		}

		private void schedule(byte[] probeKey) {
			long pause = ThreadLocalRandom.current().nextLong(PAUSE_LEAST, PAUSE_MOST);
			try {
				Nodes.this.scheduler.schedule(() -> probe(probeKey), pause, TimeUnit.MILLISECONDS);
			}
			catch (RejectedExecutionException ex) {
				logger.trace("The store is closed: no more probes", ex);
			}
		}

		private void probe(byte[] key) {
			CompletableFuture<byte[]> answer = Nodes.this.scripts.run(Nodes.this.probe, new byte[][] { key });
			// an answer that comes after the timeout closes as well
			answer.thenRun(this::close);
			answer.copy().orTimeout(PROBE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS).whenComplete((bytes, failure) -> {
				if (failure != null && this.breaker.isOpen()) {
					this.inVain = StoreFailures.isOfTheConnection(failure) ? this.inVain + 1 : 0;
					if (this.inVain == IN_VAIN) {
						this.inVain = 0;
						Nodes.this.scripts.reconnect(key);
					}
					schedule(key);
				}
			});
		}

		private void close() {
			if (this.breaker.close()) {
				Duration gone = Duration.ofNanos(Nodes.this.time.nanoTime() - this.openedAt);
				logger.info("Redis answers again (" + this.name + ") after " + gone.toMillis() + " ms; "
						+ this.decidedWithout.sumThenReset() + " times a limit decided without it");
			}
		}

	}

}
