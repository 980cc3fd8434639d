package io.github.ratelimit.store.redis.client;

import io.github.ratelimit.store.redis.script.LuaScript;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.async.RedisAdvancedClusterAsyncCommands;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.protocol.DefaultEndpoint;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Runs scripts with Lettuce's asynchronous commands, on its own connection: its
 * {@link ClientOptions} reject commands while disconnected, bound the queue and replay
 * nothing, whatever the options of the application's connection are.
 */
final class LettuceScriptClient implements ScriptClient {

	private static final Log logger = LogFactory.getLog(LettuceScriptClient.class);

	private static final Duration PAUSE = Duration.ofMillis(200);

	private static final int ALONE = 0;

	private final LettuceConnectionFactory factory;

	private final ExecutorService connector = Executors
		.newSingleThreadExecutor(RedisAccess.daemonThreads("ratelimit-redis-connect-"));

	private final String where;

	private final List<LuaScript> scripts;

	private final AtomicBoolean connecting = new AtomicBoolean();

	/** Null without a cluster, and until the first connection. */
	private volatile @Nullable RedisClusterClient cluster;

	/** Null until the first connection, which reconnects by itself. */
	private volatile @Nullable RedisClusterAsyncCommands<byte[], byte[]> commands;

	private volatile CompletableFuture<RedisClusterAsyncCommands<byte[], byte[]>> connected = new CompletableFuture<>();

	private volatile boolean startOver;

	private volatile boolean closed;

	/**
	 * Starts to connect.
	 * @param factory a started factory that has no other user
	 * @param where describes its target for logs
	 * @param scripts those that are needed soon: loaded in advance
	 */
	LettuceScriptClient(LettuceConnectionFactory factory, String where, LuaScript... scripts) {
		this.factory = factory;
		this.where = where;
		this.scripts = List.of(scripts);
		connect();
	}

	@Override
	public CompletableFuture<byte[]> run(LuaScript script, byte[][] keys, byte[]... args) {
		RedisClusterAsyncCommands<byte[], byte[]> current = this.commands;
		if (current != null) {
			return run(current, script, keys, args);
		}
		connect();
		return this.connected.thenCompose((commands) -> run(commands, script, keys, args));
	}

	private static CompletableFuture<byte[]> run(RedisClusterAsyncCommands<byte[], byte[]> commands, LuaScript script,
			byte[][] keys, byte[][] args) {
		try {
			CompletableFuture<byte[]> answer = commands
				.<byte[]>evalsha(script.sha1(), ScriptOutputType.VALUE, keys, args)
				.toCompletableFuture();
			return answer
				.exceptionallyCompose((failure) -> (FailureReason.cause(failure) instanceof RedisNoScriptException)
						? commands.eval(script.text(), ScriptOutputType.VALUE, keys, args)
						: CompletableFuture.failedFuture(failure));
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	/**
	 * Connects on its own thread, since the network can block for any time.
	 */
	private void connect() {
		if (this.closed || !this.connecting.compareAndSet(false, true)) {
			return;
		}
		if (this.connected.isDone()) {
			this.connected = new CompletableFuture<>();
		}
		try {
			this.connector.execute(this::connectNow);
		}
		catch (RejectedExecutionException ex) {
			this.connecting.set(false);
		}
	}

	private void connectNow() {
		try {
			if (this.startOver) {
				this.startOver = false;
				this.factory.resetConnection();
			}
			RedisConnection connection = this.factory.getConnection();
			RedisClusterAsyncCommands<byte[], byte[]> current = ((LettuceConnection) connection).getNativeConnection();
			// a user without this right can still decide: a missing script is sent in
			// full
			this.scripts.forEach((script) -> current.scriptLoad(script.text()));
			this.cluster = (this.factory.getNativeClient() instanceof RedisClusterClient client) ? client : null;
			this.commands = current;
			this.connected.complete(current);
		}
		catch (RuntimeException ex) {
			logger.debug("No connection to Redis", ex);
			String cause = NestedExceptionUtils.getMostSpecificCause(ex).getMessage();
			// until the next attempt all calls fail at once
			this.connected.completeExceptionally(new RedisException("Not connected: " + cause, ex));
			RedisAccess.pause(PAUSE);
		}
		finally {
			this.connecting.set(false);
		}
	}

	@Override
	public String node(byte[] key) {
		RedisClusterClient client = this.cluster;
		if (client != null) {
			RedisClusterNode node = client.getPartitions().getPartitionBySlot(SlotHash.getSlot(key));
			return (node != null) ? node.getNodeId() : "unknown";
		}
		return "redis";
	}

	@Override
	public boolean isCluster() {
		return this.factory.isClusterAware();
	}

	@Override
	public List<Integer> slots() {
		RedisClusterClient client = this.cluster;
		if (client == null) {
			return List.of(ALONE);
		}
		return client.getPartitions()
			.stream()
			.filter((node) -> !node.getSlots().isEmpty())
			.sorted(Comparator.comparing(RedisClusterNode::getNodeId))
			.map((node) -> node.getSlots().get(0))
			.toList();
	}

	@Override
	public String where() {
		return this.where;
	}

	/** Closes the connection; the client then opens another by itself. */
	@Override
	public void reconnect(byte[] key) {
		RedisClusterAsyncCommands<byte[], byte[]> current = this.commands;
		RedisClusterClient client = this.cluster;
		if (current instanceof RedisAsyncCommands<byte[], byte[]> alone) {
			if (!disconnect(alone.getStatefulConnection())) {
				this.startOver = true;
				this.commands = null;
				connect();
			}
		}
		else if (current instanceof RedisAdvancedClusterAsyncCommands<byte[], byte[]> all && client != null) {
			client.refreshPartitionsAsync();
			RedisClusterNode node = client.getPartitions().getPartitionBySlot(SlotHash.getSlot(key));
			if (node != null) {
				all.getStatefulConnection()
					.getConnectionAsync(node.getUri().getHost(), node.getUri().getPort())
					.thenAccept(LettuceScriptClient::disconnect);
			}
		}
	}

	/**
	 * Returns false for a connection that consists of several, as with masters and
	 * replicas.
	 */
	private static boolean disconnect(StatefulRedisConnection<byte[], byte[]> connection) {
		if (connection instanceof RedisChannelHandler<?, ?> handler
				&& handler.getChannelWriter() instanceof DefaultEndpoint endpoint) {
			endpoint.disconnect();
			return true;
		}
		return false;
	}

	@Override
	public void close() {
		this.closed = true;
		this.connector.shutdownNow();
		LettuceConnections.destroy(this.factory);
	}

}
