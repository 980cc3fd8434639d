package io.github.ratelimit.store.redis.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.RecordingObserver;
import io.github.ratelimit.store.redis.RedisStore;
import io.github.ratelimit.store.redis.RedisStoreSettings;
import io.github.ratelimit.store.redis.RedisTestStore;
import io.github.ratelimit.store.redis.StoreInstance;
import io.github.ratelimit.store.redis.StoreLog;
import io.github.ratelimit.store.redis.script.StoreScripts;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What calls that decide nothing say about the health of Redis. */
@Tag("version-independent")
@Tag("redis")
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class CallsBesideDecisionsTests {

	private static final Limit SLOTS = StoreFixture.limit("slots", Algorithm.CONCURRENCY, "100/s");

	/** As many failures in a row open the circuit breaker. */
	private static final int MANY = 5;

	private static RedisServer server;

	private final RecordingObserver told = new RecordingObserver();

	private StoreLog log;

	private PausedScriptClient scripts;

	private RedisStore store;

	@BeforeAll
	static void startServer() {
		server = RedisServer.start();
	}

	@AfterAll
	static void closeServer() {
		server.close();
	}

	@BeforeEach
	void start() {
		server.command("FLUSHALL");
		this.log = new StoreLog();
		this.scripts = new PausedScriptClient(ScriptClientFactory.scripts(StoreInstance.lettuce(server.port())));
		TimeSource time = TimeSource.system();
		RedisStoreSettings settings = new RedisStoreSettings(RedisStoreSettings.DEFAULT_KEY_PREFIX,
				Duration.ofSeconds(5), 1000, OnStoreFailure.LOCAL);
		this.store = RedisTestStore.store(this.scripts, StoreScripts.load(), settings, new MemoryStore(time, 1000),
				time, this.told);
	}

	@AfterEach
	void close() {
		this.store.close();
		this.log.close();
	}

	@ParameterizedTest
	@EnumSource
	void failuresBetweenRepliesAreNoFailuresInARow(Call call) {
		List<ChargeDecision> taken = new ArrayList<>();
		for (int i = 0; i < 2 * MANY; i++) {
			Limit limit = (call == Call.RELEASE) ? SLOTS : StoreInstance.STILL;
			taken.add(StoreFixture.taken(this.store, limit, "caller" + i, 1));
		}

		for (int i = 0; i < 2 * MANY; i++) {
			this.scripts.fail(i % 2 == 0);
			make(call, taken.get(i));
		}

		assertThat(this.log.lines()).isEmpty();
		assertThat(this.told.failures()).containsKey("connection");
	}

	private void make(Call call, ChargeDecision taken) {
		switch (call) {
			case REFUND -> this.store.settle(taken, 0);
			case CHARGE -> this.store.settle(taken, 2);
			case RELEASE -> this.store.giveBack(taken);
			case BLOCK -> this.store.block(Handles.blockable(StoreInstance.STILL), taken.charge().key(),
					Instant.now().plusSeconds(60));
			case NOTE -> exchange();
		}
	}

	@Test
	void aRightThatOnlyNotesNeedIsNotMissedByDecisions() {
		StoreFixture.taken(this.store, StoreInstance.STILL, "caller", 1);
		server.command("ACL", "SETUSER", "default", "-hgetall");
		try {
			for (int i = 0; i < 4 * MANY; i++) {
				assertThat(exchange()).isFalse();
			}
			assertThat(this.store.take(StoreFixture.charge(StoreInstance.STILL, "caller", 1)).isDegraded()).isFalse();
			assertThat(this.store.status()).isEqualTo("up");
			assertThat(this.log.lines()).isEmpty();
			assertThat(this.told.failures()).containsOnlyKeys("noperm");
		}
		finally {
			server.command("ACL", "SETUSER", "default", "+@all");
		}
		assertThat(exchange()).isTrue();
	}

	private boolean exchange() {
		return this.store.exchange("openai", Key.of("caller"), "instance", new byte[] { 1 })
			.handle((notes, failure) -> failure == null)
			.join();
	}

	/** A call that decides nothing. */
	enum Call {

		REFUND, CHARGE, RELEASE, BLOCK, NOTE

	}

}
