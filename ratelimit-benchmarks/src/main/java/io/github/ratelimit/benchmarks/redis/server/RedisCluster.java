package io.github.ratelimit.benchmarks.redis.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Three servers that share the slots of one cluster, without replicas. */
public final class RedisCluster implements RedisServers {

	private static final int NODES = 3;

	private static final int SLOTS = 16_384;

	private static final Duration FORMING = Duration.ofSeconds(30);

	private final List<RedisServer> nodes = new ArrayList<>();

	private RedisCluster() {
	}

	/**
	 * Starts the servers and waits until they are a cluster.
	 * @throws IllegalStateException if they do not become one
	 */
	public static RedisCluster start() {
		RedisCluster cluster = new RedisCluster();
		try {
			cluster.startNodes();
			cluster.form();
			return cluster;
		}
		catch (RuntimeException ex) {
			cluster.close();
			throw ex;
		}
	}

	private void startNodes() {
		for (int i = 0; i < NODES; i++) {
			this.nodes.add(RedisServer.start("--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf"));
		}
	}

	private void form() {
		for (int i = 0; i < NODES; i++) {
			int node = i;
			int[] slots = IntStream.range(node * SLOTS / NODES, (node + 1) * SLOTS / NODES).toArray();
			this.nodes.get(node).run((commands) -> {
				commands.clusterSetConfigEpoch(node + 1L);
				return commands.clusterAddSlots(slots);
			});
		}
		for (RedisServer node : this.nodes) {
			this.nodes.forEach((other) -> node.run((commands) -> commands.clusterMeet("127.0.0.1", other.port())));
		}
		Polling.until(FORMING, () -> "three servers are a cluster", () -> this.nodes.stream().allMatch(this::isFormed));
	}

	private boolean isFormed(RedisServer node) {
		String info = node.run((commands) -> commands.clusterInfo());
		return info.contains("cluster_state:ok") && info.contains("cluster_slots_ok:" + SLOTS)
				&& info.contains("cluster_size:" + NODES);
	}

	@Override
	public int port() {
		return this.nodes.get(0).port();
	}

	@Override
	public boolean isCluster() {
		return true;
	}

	@Override
	public ServerStats stats() {
		return this.nodes.stream().map(RedisServer::stats).reduce(ServerStats::plus).orElseThrow();
	}

	@Override
	public void close() {
		this.nodes.forEach(RedisServer::close);
	}

}
