package io.github.ratelimit.store.redis.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * A Redis Cluster of three masters, each with a replica or without. The nodes are
 * patient, so that a machine that is busy causes no failover:
 * {@link #detectFailuresAfter(Duration)} changes that. Safe for use by several threads.
 */
public final class RedisCluster implements AutoCloseable {

	/** The number of slots. */
	public static final int SLOTS = 16_384;

	private static final int MASTERS = 3;

	private static final Duration BOUND = Duration.ofSeconds(60);

	/** Nodes gossip the sooner the shorter they wait. */
	private static final Duration FORMING = Duration.ofSeconds(2);

	private static final Duration PATIENT = Duration.ofSeconds(20);

	private final List<RedisServer> nodes = new ArrayList<>();

	private RedisCluster() {
	}

	/**
	 * Starts three masters and waits until they are a cluster that owns every slot.
	 * @param arguments more arguments of each redis-server
	 * @throws IllegalStateException if that does not happen in time
	 */
	public static RedisCluster start(String... arguments) {
		return start(0, arguments);
	}

	/**
	 * Starts three masters with a replica each, and waits until they are a cluster that
	 * owns every slot and the replicas follow.
	 * @param arguments more arguments of each redis-server
	 * @throws IllegalStateException if that does not happen in time
	 */
	public static RedisCluster startWithReplicas(String... arguments) {
		return start(MASTERS, arguments);
	}

	private static RedisCluster start(int replicas, String... arguments) {
		RedisCluster cluster = new RedisCluster();
		try {
			cluster.startNodes(MASTERS + replicas, arguments);
			cluster.meet();
			cluster.assignSlots();
			cluster.assignReplicas();
			cluster.detectFailuresAfter(PATIENT);
			return cluster;
		}
		catch (RuntimeException ex) {
			cluster.close();
			throw ex;
		}
	}

	private void startNodes(int count, String... arguments) {
		List<String> all = new ArrayList<>(List.of("--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf",
				"--cluster-node-timeout", Long.toString(FORMING.toMillis())));
		all.addAll(List.of(arguments));
		for (int i = 0; i < count; i++) {
			this.nodes.add(RedisServer.start(all.toArray(String[]::new)));
		}
	}

	/**
	 * All meet all, which takes less time than hearing of each other. Each starts with an
	 * epoch of its own.
	 */
	private void meet() {
		for (int i = 0; i < this.nodes.size(); i++) {
			this.nodes.get(i).command("CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
			for (RedisServer other : this.nodes.subList(0, i)) {
				this.nodes.get(i).command("CLUSTER", "MEET", RedisServer.HOST, Integer.toString(other.port()));
			}
		}
	}

	/** Redis 6.2 has no ADDSLOTSRANGE. */
	private void assignSlots() {
		for (int i = 0; i < MASTERS; i++) {
			String[] slots = IntStream.range(i * SLOTS / MASTERS, (i + 1) * SLOTS / MASTERS)
				.mapToObj(Integer::toString)
				.toArray(String[]::new);
			String[] command = Arrays.copyOf(new String[] { "CLUSTER", "ADDSLOTS" }, slots.length + 2);
			System.arraycopy(slots, 0, command, 2, slots.length);
			this.nodes.get(i).command(command);
		}
		await("all nodes of the cluster say that it is ok", this.nodes, this::isComplete);
	}

	private boolean isComplete(RedisServer node) {
		String info = String.valueOf(node.command("CLUSTER", "INFO"));
		return info.contains("cluster_state:ok") && info.contains("cluster_slots_ok:" + SLOTS)
				&& info.contains("cluster_known_nodes:" + this.nodes.size() + "\r");
	}

	private void assignReplicas() {
		List<RedisServer> replicas = this.nodes.subList(MASTERS, this.nodes.size());
		for (int i = 0; i < replicas.size(); i++) {
			String master = String.valueOf(this.nodes.get(i).command("CLUSTER", "MYID"));
			replicas.get(i).command("CLUSTER", "REPLICATE", master);
		}
		await("all replicas of the cluster follow", replicas,
				(replica) -> "up".equals(replica.info("replication").get("master_link_status")));
		await("all nodes of the cluster know the replicas", this.nodes, this::knowsAll);
	}

	private boolean knowsAll(RedisServer node) {
		long known = slots(node).stream().flatMap(List::stream).filter(List.class::isInstance).count();
		return known == this.nodes.size();
	}

	private static void await(String what, List<RedisServer> nodes, Condition condition) {
		Polling.until(BOUND, what, () -> nodes.stream().allMatch(condition::holds));
	}

	/**
	 * Returns all nodes: the masters it began with, then their replicas in the same
	 * order.
	 */
	public List<RedisServer> nodes() {
		return List.copyOf(this.nodes);
	}

	/**
	 * Returns the slot of a key.
	 * @param key the key
	 */
	public int slot(String key) {
		return Math.toIntExact((Long) Objects.requireNonNull(awake().get(0).command("CLUSTER", "KEYSLOT", key)));
	}

	/**
	 * Returns the running node that owns the slot of a key.
	 * @param key the key
	 * @throws IllegalStateException if none does, as in the seconds before a replica
	 * takes over
	 */
	public RedisServer ownerOf(String key) {
		return owner(slot(key));
	}

	/**
	 * Returns the running node that owns a slot, as the nodes that answer see it.
	 * @param slot the slot, from 0 to 16383
	 * @throws IllegalStateException if none does, as in the seconds before a replica
	 * takes over
	 */
	public RedisServer owner(int slot) {
		List<RedisServer> awake = awake();
		for (RedisServer node : awake) {
			long port = ownersPort(node, slot);
			for (RedisServer owner : awake) {
				if (owner.port() == port) {
					return owner;
				}
			}
		}
		throw new IllegalStateException("No running node owns slot " + slot);
	}

	/**
	 * Sets how long a node is silent before the others consider it failed, promote its
	 * replica, or otherwise refuse all requests. It begins with 20 seconds.
	 * @param silence how long; half a second is quick, and too quick for a machine that
	 * is busy with other things
	 */
	public void detectFailuresAfter(Duration silence) {
		awake().forEach(
				(node) -> node.command("CONFIG", "SET", "cluster-node-timeout", Long.toString(silence.toMillis())));
	}

	private List<RedisServer> awake() {
		List<RedisServer> awake = this.nodes.stream().filter((node) -> node.isRunning() && !node.isPaused()).toList();
		if (awake.isEmpty()) {
			throw new IllegalStateException("No node of the cluster is running");
		}
		return awake;
	}

	private static long ownersPort(RedisServer node, int slot) {
		for (List<?> range : slots(node)) {
			if ((Long) range.get(0) <= slot && slot <= (Long) range.get(1)) {
				return (Long) ((List<?>) range.get(2)).get(1);
			}
		}
		return -1;
	}

	/** Each range is its first slot, its last slot, the master, and the replicas. */
	private static List<List<?>> slots(RedisServer node) {
		List<List<?>> ranges = new ArrayList<>();
		for (Object range : (List<?>) Objects.requireNonNull(node.command("CLUSTER", "SLOTS"))) {
			ranges.add((List<?>) range);
		}
		return ranges;
	}

	/** Kills all nodes and deletes their directories. */
	@Override
	public void close() {
		this.nodes.forEach(RedisServer::close);
	}

	/** What a node is waited for. */
	@FunctionalInterface
	private interface Condition {

		boolean holds(RedisServer node);

	}

}
