package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.Limit;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.redis.StoreInstance;
import io.github.ratelimit.store.redis.StoreLog;
import io.github.ratelimit.store.redis.server.FaultyProxy;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisSentinels;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls end while Redis does not accept their cost: it is charged when it does. */
@Tag("redis")
@Tag("version-independent")
@Timeout(value = 240, threadMode = ThreadMode.SEPARATE_THREAD)
class SettlementOutageTests {

	private static final int CALLS = 1000;

	private static final int KEYS = 20;

	/** Gains nothing while a test lasts. */
	private static final Limit TOKENS = StoreFixture.limit("tokens", "36500/36500d burst 10000");

	/** Sentinels that a busy machine has kept from running look on for half a minute. */
	private static final Duration BACK = Duration.ofSeconds(90);

	@Test
	void chargesThatEndWhileTheConnectionIsCutAreTakenOnceWhenItIsBack() throws Exception {
		try (StoreLog log = new StoreLog();
				RedisServer server = RedisServer.start();
				FaultyProxy proxy = FaultyProxy.inFrontOf(server);
				StoreInstance instance = denying(StoreInstance.through(proxy)).awaitUp()) {
			List<ChargeDecision> taken = take(instance);
			proxy.refuseConnections();
			settle(instance, taken);
			proxy.normal();
			awaitSpent(instance);
		}
	}

	@Test
	void chargesThatTheNetworkSwallowsAreTakenOnceWhenItIsBack() throws Exception {
		try (StoreLog log = new StoreLog();
				RedisServer server = RedisServer.start();
				FaultyProxy proxy = FaultyProxy.inFrontOf(server);
				StoreInstance instance = denying(StoreInstance.through(proxy)).awaitUp()) {
			List<ChargeDecision> taken = take(instance);
			proxy.dropRequests();
			settle(instance, taken);
			proxy.normal();
			awaitSpent(instance);
		}
	}

	@Test
	void chargesThatAreTakenButNotAnsweredAreTakenOnce() throws Exception {
		try (StoreLog log = new StoreLog();
				RedisServer server = RedisServer.start();
				FaultyProxy proxy = FaultyProxy.inFrontOf(server);
				StoreInstance instance = denying(StoreInstance.through(proxy)).awaitUp()) {
			List<ChargeDecision> taken = take(instance);
			proxy.hangInReply(0);
			settle(instance, taken);
			proxy.cutConnections();
			proxy.normal();
			awaitSpent(instance);
		}
	}

	@ParameterizedTest
	@CsvSource({ "CONFIG SET maxmemory 1, CONFIG SET maxmemory 0", "REPLICAOF 127.0.0.1 1, REPLICAOF NO ONE" })
	void chargesThatEndWhileRedisRefusesToWriteAreTakenOnceWhenItDoes(String refuse, String accept) throws Exception {
		try (StoreLog log = new StoreLog();
				RedisServer server = RedisServer.start();
				StoreInstance instance = denying(StoreInstance.through(server.port())).awaitUp()) {
			List<ChargeDecision> taken = take(instance);
			server.command(refuse.split(" "));
			settle(instance, taken);
			server.command(accept.split(" "));
			awaitSpent(instance);
		}
	}

	@ParameterizedTest
	@CsvSource({ "CONFIG SET maxmemory 1, CONFIG SET maxmemory 0", "REPLICAOF 127.0.0.1 1, REPLICAOF NO ONE" })
	void permitsThatCallsDidNotNeedAreGivenBackWhenRedisWritesAgain(String refuse, String accept) throws Exception {
		try (StoreLog log = new StoreLog();
				RedisServer server = RedisServer.start();
				StoreInstance instance = denying(StoreInstance.through(server.port())).awaitUp()) {
			List<ChargeDecision> taken = take(instance);
			server.command(refuse.split(" "));
			TestThreads.run(4, (thread) -> {
				for (int i = thread; i < taken.size(); i += 4) {
					instance.store().settle(taken.get(i), 0);
				}
			});
			server.command(accept.split(" "));
			awaitAll(instance, TOKENS.capacity());
		}
	}

	@Test
	void chargesThatEndDuringAFailoverAreTakenByTheNewMaster() throws Exception {
		try (StoreLog log = new StoreLog();
				RedisSentinels sentinels = RedisSentinels.start(1);
				StoreInstance instance = denying(StoreInstance.on(sentinels)).awaitUp()) {
			List<ChargeDecision> taken = take(instance);
			sentinels.master().awaitReplicas(1);
			// what is taken is on the replica before the master ends
			sentinels.master().command("WAIT", "1", "10000");
			sentinels.master().kill();
			settle(instance, taken);
			awaitSpent(instance);
		}
	}

	private static StoreInstance denying(StoreInstance.Builder instance) {
		return instance.deadline(Duration.ofMillis(250)).onStoreFailure(OnStoreFailure.DENY).build();
	}

	private static List<ChargeDecision> take(StoreInstance instance) {
		List<ChargeDecision> taken = new ArrayList<>();
		for (int i = 0; i < CALLS; i++) {
			String key = "caller" + i % KEYS;
			Polling.until(BACK, "Redis has decided", () -> {
				ChargeDecision decision = instance.take(TOKENS, key, 10);
				if (!decision.isDegraded()) {
					taken.add(decision);
				}
				return !decision.isDegraded();
			});
		}
		return taken;
	}

	private static void settle(StoreInstance instance, List<ChargeDecision> taken) throws Exception {
		TestThreads.run(4, (thread) -> {
			for (int i = thread; i < taken.size(); i += 4) {
				instance.store().settle(taken.get(i), 60);
			}
		});
	}

	/** Each call has cost 60, once. */
	private static void awaitSpent(StoreInstance instance) {
		awaitAll(instance, TOKENS.capacity() - 60L * CALLS / KEYS);
	}

	private static void awaitAll(StoreInstance instance, long left) {
		instance.awaitBack(BACK);
		for (int i = 0; i < KEYS; i++) {
			String key = "caller" + i;
			Polling.until(BACK, () -> key + " has " + left + ", not " + instance.take(TOKENS, key, 0), () -> {
				ChargeDecision looked = instance.take(TOKENS, key, 0);
				return !looked.isDegraded() && looked.remaining() == left;
			});
		}
	}

}
