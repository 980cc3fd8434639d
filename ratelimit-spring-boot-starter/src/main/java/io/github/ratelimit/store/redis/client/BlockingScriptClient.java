package io.github.ratelimit.store.redis.client;

import io.github.ratelimit.store.redis.script.LuaScript;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.springframework.data.redis.connection.ClusterSlotHashUtil;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisClusterNode;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.ReturnType;

/**
 * Runs scripts through the connections of any client that Spring Data Redis supports,
 * such as Jedis. They block, so a bounded number of its own threads waits for them, and a
 * caller stops waiting at its deadline, whatever the client's timeout is.
 */
final class BlockingScriptClient implements ScriptClient {

	private static final int THREADS = 32;

	private static final int QUEUE_SIZE = 1024;

	/** What Redis replies for a script that is not loaded. */
	private static final List<String> NO_SCRIPT = List.of("NOSCRIPT");

	private final RedisConnectionFactory connections;

	private final String where;

	private final ThreadPoolExecutor executor;

	private volatile boolean cluster;

	/** The masters of a cluster when they were last read. */
	private volatile List<RedisClusterNode> nodes = List.of();

	BlockingScriptClient(RedisConnectionFactory connections, boolean cluster, String where) {
		this.where = where;
		this.connections = connections;
		this.cluster = cluster;
		this.executor = new ThreadPoolExecutor(THREADS, THREADS, 1, TimeUnit.MINUTES,
				new LinkedBlockingQueue<>(QUEUE_SIZE), RedisAccess.daemonThreads("ratelimit-redis-client-"));
		this.executor.allowCoreThreadTimeOut(true);
	}

	@Override
	public CompletableFuture<byte[]> run(LuaScript script, byte[][] keys, byte[]... args) {
		try {
			return CompletableFuture.supplyAsync(() -> runNow(script, keys, args), this.executor);
		}
		catch (RejectedExecutionException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	private byte[] runNow(LuaScript script, byte[][] keys, byte[][] args) {
		byte[][] keysAndArgs = Arrays.copyOf(keys, keys.length + args.length);
		System.arraycopy(args, 0, keysAndArgs, keys.length, args.length);
		if (this.cluster && this.nodes.isEmpty()) {
			findNodes();
		}
		try (RedisConnection connection = this.connections.getConnection()) {
			if (!this.cluster && connection instanceof RedisClusterConnection) {
				// of a factory that shows only its connections
				this.cluster = true;
			}
			byte[] answer;
			try {
				answer = connection.scriptingCommands()
					.evalSha(script.sha1(), ReturnType.VALUE, keys.length, keysAndArgs);
			}
			catch (RuntimeException ex) {
				if (!FailureReason.says(ex, NO_SCRIPT)) {
					throw ex;
				}
				answer = connection.scriptingCommands().eval(script.text(), ReturnType.VALUE, keys.length, keysAndArgs);
			}
			if (answer == null) {
				throw new IllegalStateException("Redis answered script " + script.name() + " with nothing");
			}
			return answer;
		}
	}

	@Override
	public String node(byte[] key) {
		if (this.cluster) {
			int slot = ClusterSlotHashUtil.calculateSlot(key);
			for (RedisClusterNode node : this.nodes) {
				if (node.servesSlot(slot)) {
					return node.asString();
				}
			}
		}
		return "redis";
	}

	@Override
	public String where() {
		return this.where;
	}

	@Override
	public boolean isCluster() {
		return this.cluster;
	}

	@Override
	public List<Integer> slots() {
		if (!this.cluster) {
			return List.of(0);
		}
		if (this.nodes.isEmpty()) {
			findNodes();
		}
		return this.nodes.stream().map((node) -> node.getSlotRange().getSlots().iterator().next()).toList();
	}

	private void findNodes() {
		try (RedisClusterConnection connection = this.connections.getClusterConnection()) {
			this.nodes = StreamSupport.stream(connection.clusterGetNodes().spliterator(), false)
				.filter((node) -> node.isMaster() && !node.getSlotRange().getSlots().isEmpty())
				.sorted(Comparator.comparing(RedisClusterNode::asString))
				.toList();
		}
	}

	/** The client replaces its connections; the nodes of the slots may have changed. */
	@Override
	public void reconnect(byte[] key) {
		this.nodes = List.of();
	}

	@Override
	public void close() {
		this.executor.shutdownNow();
	}

}
