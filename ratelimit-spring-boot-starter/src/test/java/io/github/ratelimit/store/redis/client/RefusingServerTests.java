package io.github.ratelimit.store.redis.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Limit;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.redis.StoreInstance;
import io.github.ratelimit.store.redis.StoreLog;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisServer;
import io.github.ratelimit.store.redis.server.RespConnection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Redis answers, but with an error: limits decide by policy until it does its work. */
@Tag("redis")
@Tag("version-independent")
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class RefusingServerTests {

	private static final Limit LIMIT = StoreInstance.STILL;

	private static final Limit DENY = StoreFixture.limit("deny", "10/36500d");

	private static RedisServer server;

	private StoreLog log;

	private StoreInstance instance;

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
		this.instance = StoreInstance.through(server.port())
			.onStoreFailure(DENY, OnStoreFailure.DENY)
			.build()
			.awaitUp();
	}

	@AfterEach
	void close() {
		this.instance.close();
		this.log.close();
	}

	@ParameterizedTest
	@CsvSource({ "oom, CONFIG SET maxmemory 1, CONFIG SET maxmemory 0",
			"readonly, REPLICAOF 127.0.0.1 1, REPLICAOF NO ONE",
			"noreplicas, CONFIG SET min-replicas-to-write 1, CONFIG SET min-replicas-to-write 0",
			"noperm, ACL SETUSER default -evalsha -eval, ACL SETUSER default +@all" })
	void untilItWritesAgainLimitsDecideByPolicy(String reason, String refuse, String accept) throws Exception {
		assertThat(this.instance.take(LIMIT, "caller", 65).isDegraded()).isFalse();
		server.command(refuse.split(" "));
		for (int i = 0; i < 100; i++) {
			ChargeDecision local = this.instance.take(LIMIT, "caller");
			assertThat(local.isDegraded()).isTrue();
			assertThat(local.remaining()).isEqualTo(299 - i);
			assertThat(this.instance.take(DENY, "caller").isUnavailable()).isTrue();
			assertThat(this.instance.takeAll(StoreFixture.charge(LIMIT, "other", 0),
					StoreFixture.charge(LIMIT, "third", 1)))
				.allMatch(ChargeDecision::isDegraded);
		}
		assertThat(this.instance.told().failures()).containsOnlyKeys(reason);
		assertThat(this.instance.sent().count("take")).isLessThan(20);
		TimeUnit.MILLISECONDS.sleep(700);
		assertThat(this.instance.store().status()).isEqualTo("degraded");
		assertThat(this.log.lines()).singleElement().asString().startsWith("WARN Redis fails (redis, " + reason + ": ");

		server.command(accept.split(" "));
		this.instance.awaitUp();
		Polling.until(StoreInstance.BACK, "what was allowed meanwhile is charged",
				() -> this.instance.remaining(LIMIT, "caller") == 200
						&& this.instance.remaining(LIMIT, "third") == LIMIT.capacity() - 100);
		assertThat(this.instance.remaining(DENY, "caller")).isEqualTo(DENY.capacity());
	}

	@ParameterizedTest
	@CsvSource({ "REPLICAOF 127.0.0.1 1, REPLICAOF NO ONE",
			"CONFIG SET min-replicas-to-write 1, CONFIG SET min-replicas-to-write 0" })
	void theConnectionToAServerThatMayNoLongerBeTheMasterIsReplacedLessAndLessOften(String refuse, String accept) {
		server.command(refuse.split(" "));
		try {
			Polling.until(StoreInstance.BACK, "the connection is replaced again", () -> {
				this.instance.take(LIMIT, "caller");
				return this.instance.sent().reconnections() > 1;
			});
			assertThat(this.instance.sent().count("probe")).as("after two probes, and after four more")
				.isGreaterThanOrEqualTo(2 + 4);
		}
		finally {
			server.command(accept.split(" "));
		}
	}

	@Test
	void anEndlessForeignScriptIsAnOutageUntilItIsKilled() {
		server.command("CONFIG", "SET", "lua-time-limit", "100");
		try (RespConnection other = RespConnection.open(server.port(), Duration.ofSeconds(5))) {
			other.send("EVAL", "while true do end", "0");
			Polling.until(StoreInstance.BACK, "Redis is busy", () -> {
				this.instance.take(LIMIT, "caller");
				return this.instance.told().failures().containsKey("busy");
			});
			for (int i = 0; i < 10; i++) {
				assertThat(this.instance.take(LIMIT, "caller").isDegraded()).isTrue();
			}
			server.command("SCRIPT", "KILL");
			this.instance.awaitUp();
			assertThat(this.instance.take(LIMIT, "caller").isDegraded()).isFalse();
		}
	}

	@Test
	void aCallWithTooFewPermitsIsRefusedEvenIfRedisCannotWrite() {
		assertThat(this.instance.take(LIMIT, "caller", LIMIT.capacity()).isDegraded()).isFalse();
		server.command("CONFIG", "SET", "maxmemory", "1");
		try (StoreInstance fresh = StoreInstance.on(server)) {
			Polling.until(StoreInstance.BACK, "Redis refuses", () -> !fresh.take(LIMIT, "caller").isDegraded());
			assertThat(fresh.take(LIMIT, "caller").isViolated()).isTrue();
			List<ChargeDecision> refused = fresh.takeAll(StoreFixture.charge(DENY, "caller", 1),
					StoreFixture.charge(LIMIT, "caller", 1));
			assertThat(refused).extracting(ChargeDecision::isViolated).containsExactly(false, true);
			assertThat(refused).noneMatch(ChargeDecision::isDegraded);
		}
		finally {
			server.command("CONFIG", "SET", "maxmemory", "0");
		}
	}

}
