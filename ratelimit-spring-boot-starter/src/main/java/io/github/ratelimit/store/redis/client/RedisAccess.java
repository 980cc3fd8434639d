package io.github.ratelimit.store.redis.client;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.redis.script.LuaScript;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import io.github.ratelimit.store.redis.script.StoreScripts;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeoutException;

/**
 * Redis as the parts of one store use it. Thread-safe.
 *
 * @param client runs the scripts
 * @param scripts the scripts
 * @param names the names of its keys
 * @param nodes its nodes, and whether they answer
 * @param time the time of this instance
 * @param scheduler runs what is done later; drops what is scheduled after the end
 */
public record RedisAccess(ScriptClient client, StoreScripts scripts, RedisKeyNames names, RedisNodes nodes,
		TimeSource time, ScheduledExecutorService scheduler) {

	/** Runs a script on the node that has a key. Does not block, does not throw. */
	public CompletableFuture<byte[]> run(LuaScript script, byte[] key, byte[]... args) {
		return this.client.run(script, new byte[][] { key }, args);
	}

	/**
	 * Waits for a reply until the deadline of a decision that begins now.
	 * @throws TimeoutException if there is none by then
	 * @throws ExecutionException if there is a failure instead
	 */
	public <T> T await(CompletableFuture<T> answer) throws ExecutionException, TimeoutException {
		return await(answer, now());
	}

	/**
	 * Waits for a reply until the deadline of a decision that began earlier.
	 * @param answer becomes the reply
	 * @param since when the decision began; a later time than now counts as now
	 * @throws TimeoutException if there is none by then
	 * @throws ExecutionException if there is a failure instead
	 */
	public <T> T await(CompletableFuture<T> answer, long since) throws ExecutionException, TimeoutException {
		return ScriptReplies.await(answer, notLaterThanNow(since) + this.nodes.deadlineNanos(), this.time);
	}

	private long notLaterThanNow(long since) {
		long now = now();
		return (since - now < 0) ? since : now;
	}

	/** Returns the node that has a key. */
	public RedisNodes.Node node(byte[] key) {
		return this.nodes.of(this.client.node(key), this);
	}

	/** Returns whether the node that has a key fails, and gets no calls. */
	public boolean isOpen(byte[] key) {
		return node(key).isOpen();
	}

	/** Returns a key of no limit in this slot. */
	public byte[] route(int slot) {
		return this.names.route(slot, this.client.isCluster());
	}

	/** Returns the time of this instance's monotonic clock, in nanoseconds. */
	public long now() {
		return this.time.nanoTime();
	}

}
