package io.github.ratelimit.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisCluster;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** A call is charged to keys on several nodes of a cluster, and one of them is paused. */
@Tag("redis")
@Tag("version-independent")
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class ClusterDecisionOutageTests {

	private static final Limit WIDE = StoreFixture.limit("wide", "100/36500d");

	private static final Limit NARROW = StoreFixture.limit("narrow", "3/36500d");

	private static RedisCluster cluster;

	private static int callers;

	private StoreInstance instance;

	private String running;

	private String paused;

	@BeforeAll
	static void startCluster() {
		cluster = RedisCluster.start();
	}

	@AfterAll
	static void stopCluster() {
		cluster.close();
	}

	@BeforeEach
	void start() {
		this.instance = StoreInstance.on(cluster).deadline(Duration.ofMillis(250)).build();
		this.running = keyOn(0);
		this.paused = keyOn(1);
		List.of(this.running, this.paused).forEach(this::awaitUp);
	}

	@AfterEach
	void stop() {
		resume();
		this.instance.close();
	}

	@Test
	void allLimitsAreChargedOnceAfterTheNodeIsBack() {
		take(WIDE, WIDE);
		pause();
		assertThat(take(WIDE, WIDE)).noneMatch(ChargeDecision::isRefused);
		awaitDown();
		List<ChargeDecision> without = take(WIDE, WIDE);
		assertThat(without).noneMatch(ChargeDecision::isRefused);
		assertThat(without).extracting(ChargeDecision::isDegraded).containsExactly(false, true);

		resume();
		awaitUp(this.paused);
		awaitTaken(WIDE, this.running, 3);
		awaitTaken(WIDE, this.paused, 3);
	}

	@Test
	void aRefusalOnTheRunningNodeChargesNothingOnThePausedOne() {
		take(NARROW, WIDE, 3);
		pause();
		assertThat(take(NARROW, WIDE)).extracting(ChargeDecision::isViolated).containsExactly(true, false);
		awaitDown();
		assertThat(take(NARROW, WIDE)).extracting(ChargeDecision::isViolated).containsExactly(true, false);

		resume();
		awaitUp(this.paused);
		awaitTaken(NARROW, this.running, 3);
		awaitTaken(WIDE, this.paused, 3);
	}

	@Test
	void aRefusalWithoutThePausedNodeChargesNothingOnTheRunningOne() {
		take(WIDE, NARROW, 3);
		pause();
		assertThat(take(WIDE, NARROW)).extracting(ChargeDecision::isViolated).containsExactly(false, true);
		awaitDown();
		assertThat(take(WIDE, NARROW)).extracting(ChargeDecision::isViolated).containsExactly(false, true);

		resume();
		awaitUp(this.paused);
		awaitTaken(WIDE, this.running, 3);
		awaitTaken(NARROW, this.paused, 3);
	}

	@Test
	void callsThatRaceWithPausesOfANodeLoseNoPermitAndInventNone() throws Exception {
		List<Limit> limits = List.of(StoreFixture.limit("race0", "300/36500d"),
				StoreFixture.limit("race1", "500/36500d"));
		List<String> keys = List.of(this.running, this.paused);
		AtomicLongArray held = new AtomicLongArray(limits.size());
		AtomicBoolean ended = new AtomicBoolean();
		long seed = System.nanoTime();
		TestThreads.run(4, (thread) -> {
			if (thread == 0) {
				pauseNowAndThen(new Random(seed));
				ended.set(true);
				return;
			}
			Random random = new Random(seed + thread);
			List<List<ChargeDecision>> granted = new ArrayList<>();
			while (!ended.get()) {
				if (granted.size() > 2 && random.nextBoolean()) {
					for (ChargeDecision decision : granted.remove(0)) {
						held.addAndGet(limits.indexOf(decision.limit()), -decision.charge().permits());
						this.instance.store().giveBack(decision);
					}
				}
				List<ChargeDecision> decisions = this.instance.takeAll(
						StoreFixture.charge(limits.get(0), keys.get(0), 1 + random.nextInt(3)),
						StoreFixture.charge(limits.get(1), keys.get(1), 1 + random.nextInt(3)));
				if (decisions.stream().noneMatch(ChargeDecision::isRefused)) {
					granted.add(decisions);
					decisions.forEach((decision) -> held.addAndGet(limits.indexOf(decision.limit()),
							decision.charge().permits()));
				}
			}
		});
		keys.forEach(this::awaitUp);
		for (int i = 0; i < limits.size(); i++) {
			Limit limit = limits.get(i);
			String key = keys.get(i);
			long taken = held.get(i);
			Polling.until(StoreInstance.BACK, () -> "limit %s has %d permits taken, not %d, seed %d"
				.formatted(limit.name(), taken(limit, key), taken, seed), () -> isTaken(limit, key, taken));
		}
	}

	/** What was sent when a connection was replaced may be lost, but is never free. */
	private boolean isTaken(Limit limit, String key, long permits) {
		long taken = taken(limit, key);
		return taken == permits || (taken > permits && this.instance.sent().reconnections() > 0);
	}

	private long taken(Limit limit, String key) {
		return limit.capacity() - this.instance.remaining(limit, key);
	}

	private static void pauseNowAndThen(Random random) throws InterruptedException {
		for (int i = 0; i < 6; i++) {
			Thread.sleep(random.nextInt(300));
			pause();
			Thread.sleep(random.nextInt(1500));
			resume();
		}
	}

	private List<ChargeDecision> take(Limit ofRunning, Limit ofPaused) {
		return take(ofRunning, ofPaused, 1);
	}

	private List<ChargeDecision> take(Limit ofRunning, Limit ofPaused, long permits) {
		return this.instance.takeAll(StoreFixture.charge(ofRunning, this.running, permits),
				StoreFixture.charge(ofPaused, this.paused, permits));
	}

	private void awaitTaken(Limit limit, String key, long permits) {
		Polling.until(StoreInstance.BACK,
				() -> taken(limit, key) + " permits of " + limit.name() + " are taken, not " + permits,
				() -> taken(limit, key) == permits);
	}

	private void awaitUp(String key) {
		Polling.until(StoreInstance.BACK, "the node of " + key + " decides", () -> !isDegraded(key));
	}

	private void awaitDown() {
		Polling.until(StoreInstance.BACK, "the paused node is not asked",
				() -> isDegraded(this.paused) && this.instance.store().status().equals("degraded"));
	}

	private boolean isDegraded(String key) {
		return this.instance.take(StoreInstance.STILL, key, 0).isDegraded();
	}

	private static void pause() {
		cluster.nodes().get(1).pause();
	}

	private static void resume() {
		RedisServer node = cluster.nodes().get(1);
		if (node.isPaused()) {
			node.resume();
		}
	}

	/** Returns a key that no other test has. */
	private static String keyOn(int node) {
		RedisServer owner = cluster.nodes().get(node);
		String key;
		do {
			key = "caller" + callers++;
		}
		while (cluster.ownerOf("{" + Key.of(key).id() + "}") != owner);
		return key;
	}

}
