package io.github.ratelimit.store.redis.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Limit;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.redis.StoreInstance;
import io.github.ratelimit.store.redis.StoreLog;
import io.github.ratelimit.store.redis.server.FaultyProxy;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** The line at the end of an outage counts what happened in it, and nothing else. */
@Tag("redis")
@Tag("version-independent")
@Timeout(value = 90, threadMode = ThreadMode.SEPARATE_THREAD)
class OutageReportTests {

	private static final Limit LOCAL = StoreFixture.limit("local", "1000/36500d");

	private static final Limit DENY = StoreFixture.limit("deny", "1000/36500d");

	/** After this many replies a failure no longer counts for the circuit breaker. */
	private static final int FORGOTTEN = 20;

	private RedisServer server;

	private FaultyProxy proxy;

	private StoreLog log;

	private StoreInstance instance;

	@BeforeEach
	void start() {
		this.server = RedisServer.start();
		this.proxy = FaultyProxy.inFrontOf(this.server);
		this.log = new StoreLog();
		this.instance = StoreInstance.through(this.proxy).onStoreFailure(DENY, OnStoreFailure.DENY).build().awaitUp();
		this.log.lines().clear();
	}

	@AfterEach
	void close() {
		this.instance.close();
		this.log.close();
		this.proxy.close();
		this.server.close();
	}

	@Test
	void whatCallsCostBeforeAnOutageIsNotReportedWithIt() {
		this.instance.store().settle(this.instance.take(LOCAL, "caller"), 500);
		assertThat(this.instance.remaining(LOCAL, "caller")).isEqualTo(500);

		List<ChargeDecision> without = outage(LOCAL);
		this.instance.store().settle(without.get(0), 11);
		this.instance.store().giveBack(without.get(1));
		this.proxy.normal();

		assertThat(lastLine()).endsWith("; " + without.size() + " times a limit decided without it, "
				+ (without.size() + 10 - 1) + " permits were charged or are charged later");
	}

	@Test
	void failuresThatLedToNoOutageAreNotReportedWithTheNext() {
		this.server.command("CONFIG", "SET", "maxmemory", "1");
		for (int i = 0; i < 2; i++) {
			assertThat(this.instance.take(DENY, "caller").isUnavailable()).isTrue();
		}
		this.server.command("CONFIG", "SET", "maxmemory", "0");
		for (int i = 0; i < FORGOTTEN; i++) {
			assertThat(this.instance.take(DENY, "caller").isDegraded()).isFalse();
		}

		List<ChargeDecision> without = outage(DENY);
		this.proxy.normal();

		assertThat(lastLine()).endsWith("; " + without.size()
				+ " times a limit decided without it, 0 permits were charged or are charged later");
	}

	/**
	 * Cuts Redis off, and calls until it gets no more calls, and some times more.
	 * @return what was decided without it
	 */
	private List<ChargeDecision> outage(Limit limit) {
		this.proxy.refuseConnections();
		this.proxy.cutConnections();
		List<ChargeDecision> without = new ArrayList<>();
		Polling.until(StoreInstance.BACK, "Redis gets no more calls", () -> {
			ChargeDecision decision = this.instance.take(limit, "caller");
			if (decision.isDegraded()) {
				without.add(decision);
			}
			return this.instance.store().status().equals("degraded");
		});
		for (int i = 0; i < 3; i++) {
			without.add(this.instance.take(limit, "caller"));
		}
		assertThat(without).allMatch(ChargeDecision::isDegraded);
		return without;
	}

	private String lastLine() {
		Polling.until(StoreInstance.BACK, () -> "the outage has ended: " + this.log.lines(),
				() -> this.log.lines().size() > 1);
		return this.log.lines().get(1);
	}

}
