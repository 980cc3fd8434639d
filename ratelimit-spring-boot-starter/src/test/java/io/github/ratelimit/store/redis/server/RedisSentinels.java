package io.github.ratelimit.store.redis.server;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A master, a replica, and sentinels that watch them. The sentinels are patient, so that
 * a machine that is busy causes no failover: {@link #detectFailuresAfter(Duration)}
 * changes that. Safe for use by several threads.
 */
public final class RedisSentinels implements AutoCloseable {

	/** The name that the sentinels know the master by. */
	public static final String MASTER_NAME = "mymaster";

	private static final Duration BOUND = Duration.ofSeconds(60);

	private static final Duration PATIENT = Duration.ofSeconds(20);

	private static final Duration QUICK = Duration.ofMillis(500);

	private final List<RedisServer> servers = new ArrayList<>();

	private final List<RedisServer> sentinels = new ArrayList<>();

	private RedisSentinels() {
	}

	/**
	 * Starts a master, a replica and sentinels, and waits until the replica follows and
	 * the sentinels know all of each other. More than half of the sentinels must agree on
	 * a failover.
	 * @param sentinels how many sentinels: 1, or 3 as one would have them
	 * @throws IllegalStateException if that does not happen in time
	 */
	public static RedisSentinels start(int sentinels) {
		RedisSentinels all = new RedisSentinels();
		try {
			all.startServers();
			all.startSentinels(sentinels);
			return all;
		}
		catch (RuntimeException ex) {
			all.close();
			throw ex;
		}
	}

	private void startServers() {
		this.servers.add(RedisServer.start());
		this.servers.add(RedisServer.startReplicaOf(this.servers.get(0)));
	}

	private void startSentinels(int count) {
		RedisServer master = this.servers.get(0);
		List<String> settings = List.of(
				"sentinel monitor " + MASTER_NAME + " " + RedisServer.HOST + " " + master.port() + " "
						+ (count / 2 + 1),
				"sentinel down-after-milliseconds " + MASTER_NAME + " " + PATIENT.toMillis(),
				"sentinel failover-timeout " + MASTER_NAME + " 3000");
		for (int i = 0; i < count; i++) {
			this.sentinels.add(RedisServer.startSentinel(settings));
		}
		Polling.until(BOUND, "the sentinels know each other and the replica",
				() -> this.sentinels.stream().allMatch((sentinel) -> knows(sentinel, count - 1)));
	}

	private static boolean knows(RedisServer sentinel, int others) {
		List<?> answer = (List<?>) Objects.requireNonNull(sentinel.command("SENTINEL", "MASTER", MASTER_NAME));
		Map<String, String> fields = new HashMap<>();
		for (int i = 0; i < answer.size(); i += 2) {
			fields.put(String.valueOf(answer.get(i)), String.valueOf(answer.get(i + 1)));
		}
		return "1".equals(fields.get("num-slaves")) && "master".equals(fields.get("flags"))
				&& Integer.toString(others).equals(fields.get("num-other-sentinels"));
	}

	/** Returns the sentinels. */
	public List<RedisServer> sentinels() {
		return List.copyOf(this.sentinels);
	}

	/**
	 * Returns the server that the first sentinel that answers calls the master, running
	 * or not.
	 */
	public RedisServer master() {
		long port = mastersPort(awakeSentinels().get(0));
		return this.servers.stream()
			.filter((server) -> server.port() == port)
			.findFirst()
			.orElseThrow(() -> new IllegalStateException("The sentinels name an unknown master on port " + port));
	}

	/** Returns the server that is not the master, running or not. */
	public RedisServer replica() {
		RedisServer master = master();
		return this.servers.get((this.servers.get(0) == master) ? 1 : 0);
	}

	private static long mastersPort(RedisServer sentinel) {
		List<?> address = (List<?>) Objects
			.requireNonNull(sentinel.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER_NAME));
		return Long.parseLong(String.valueOf(address.get(1)));
	}

	private List<RedisServer> awakeSentinels() {
		List<RedisServer> awake = this.sentinels.stream()
			.filter((sentinel) -> sentinel.isRunning() && !sentinel.isPaused())
			.toList();
		if (awake.isEmpty()) {
			throw new IllegalStateException("No sentinel is running");
		}
		return awake;
	}

	/**
	 * Lets the sentinels promote the replica while the master is running, and waits until
	 * that is done. They make the old master follow the new one some ten seconds later.
	 * @return the new master
	 * @throws IllegalStateException if the replica is not promoted in time
	 */
	public RedisServer failover() {
		RedisServer promoted = replica();
		Polling.until(BOUND, "a sentinel agrees to a failover", this::beginFailover);
		awaitPromotion(promoted);
		return promoted;
	}

	/**
	 * Sentinels refuse while they know too little of the replica, or are busy with
	 * another failover.
	 */
	private boolean beginFailover() {
		try {
			awakeSentinels().get(0).command("SENTINEL", "FAILOVER", MASTER_NAME);
			return true;
		}
		catch (RedisErrorException ex) {
			return false;
		}
	}

	/**
	 * Kills the master and waits until the sentinels, impatient for once, have promoted
	 * the replica. If the old master is started again, they make it follow the new one
	 * some ten seconds later.
	 * @return the new master
	 * @throws IllegalStateException if the replica is not promoted in time
	 */
	public RedisServer killMaster() {
		RedisServer promoted = replica();
		master().kill();
		detectFailuresAfter(QUICK);
		awaitPromotion(promoted);
		detectFailuresAfter(PATIENT);
		return promoted;
	}

	/**
	 * Sets how long a server is silent before the sentinels take it for failed and
	 * promote its replica. It begins with 20 seconds.
	 * @param silence how long; half a second is quick, and too quick for a machine that
	 * is busy with other things
	 */
	public void detectFailuresAfter(Duration silence) {
		awakeSentinels().forEach((sentinel) -> sentinel.command("SENTINEL", "SET", MASTER_NAME,
				"down-after-milliseconds", Long.toString(silence.toMillis())));
	}

	private void awaitPromotion(RedisServer promoted) {
		Polling.until(BOUND, () -> promoted + " is promoted; the first sentinel's log:\n" + this.sentinels.get(0).log(),
				() -> isMaster(promoted)
						&& awakeSentinels().stream().allMatch((sentinel) -> mastersPort(sentinel) == promoted.port()));
	}

	/** Sentinels cut the connections of the server that they promote. */
	private static boolean isMaster(RedisServer server) {
		try {
			return "master".equals(server.info("replication").get("role"));
		}
		catch (UncheckedIOException ex) {
			return false;
		}
	}

	/** Kills servers and sentinels and deletes their directories. */
	@Override
	public void close() {
		this.sentinels.forEach(RedisServer::close);
		this.servers.forEach(RedisServer::close);
	}

}
