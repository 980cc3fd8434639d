package io.github.ratelimit.store.redis.client;

import io.github.ratelimit.store.redis.script.LuaScript;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs scripts in Redis, through one client or another. No call is sent twice, unless
 * Redis replied that the script is not loaded and so has done nothing. Thread-safe.
 */
public interface ScriptClient extends AutoCloseable {

	/**
	 * After this time no reply is expected: a client can lose a command that it sends
	 * while its connection breaks, and never complete it.
	 */
	long LOST_AFTER_SECONDS = 10;

	/**
	 * Runs a script on the node that has the keys. Does not block, does not throw.
	 * @param script the script
	 * @param keys at least one, all of the same slot where there are several nodes
	 * @param args further arguments
	 * @return what the script returns, or the failure
	 */
	CompletableFuture<byte[]> run(LuaScript script, byte[][] keys, byte[]... args);

	/**
	 * Returns the node that has a key.
	 * @param key a key
	 * @return the node's name; equal for keys of the same node
	 */
	String node(byte[] key);

	/**
	 * Returns whether keys of different slots need separate calls.
	 * @return whether this is a cluster
	 */
	boolean isCluster();

	/**
	 * Returns slots, one of each reachable node, in a stable order.
	 * @return one slot for a server alone
	 */
	List<Integer> slots();

	/**
	 * Replaces the connection to the node that has a key, and looks up again which node
	 * that is. Other connections stay as they are.
	 * @param key a key
	 */
	void reconnect(byte[] key);

	/** Returns the address of Redis for logs, without credentials. */
	default String where() {
		return "redis";
	}

	@Override
	void close();

	/**
	 * Bounds a reply for which no caller waits, so that it completes in any case.
	 * @param answer becomes the reply, or may never complete
	 * @return becomes the same, or fails with a {@link TimeoutException} after ten
	 * seconds
	 */
	static <T> CompletableFuture<T> orLost(CompletableFuture<T> answer) {
		return answer.isDone() ? answer : answer.copy().orTimeout(LOST_AFTER_SECONDS, TimeUnit.SECONDS);
	}

}
