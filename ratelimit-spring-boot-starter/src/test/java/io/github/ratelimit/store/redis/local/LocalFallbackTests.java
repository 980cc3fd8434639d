package io.github.ratelimit.store.redis.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Limit;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.redis.StoreInstance;
import io.github.ratelimit.store.redis.StoreLog;
import io.github.ratelimit.store.redis.server.FaultyProxy;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** During an outage of Redis calls are decided without it, and by it after the outage. */
@Tag("redis")
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class LocalFallbackTests {

	private static final Duration DEADLINE = Duration.ofMillis(250);

	private static final Limit LOCAL = StoreFixture.limit("local", "10/36500d");

	private static final Limit ALLOW = StoreFixture.limit("allow", "10/36500d");

	private static final Limit DENY = StoreFixture.limit("deny", "10/36500d");

	private RedisServer server;

	private FaultyProxy proxy;

	private StoreLog log;

	private StoreInstance instance;

	@BeforeEach
	void start() {
		this.server = RedisServer.start();
		this.proxy = FaultyProxy.inFrontOf(this.server);
		this.log = new StoreLog();
		this.instance = StoreInstance.through(this.proxy)
			.deadline(DEADLINE)
			.onStoreFailure(ALLOW, OnStoreFailure.ALLOW)
			.onStoreFailure(DENY, OnStoreFailure.DENY)
			.build()
			.awaitUp();
		// starting may have taken longer than the deadline
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
	void whileTheServerIsPausedEachLimitDecidesByItsOwnPolicy() {
		for (Limit limit : List.of(LOCAL, ALLOW, DENY)) {
			assertThat(this.instance.take(limit, "caller", 4).isDegraded()).isFalse();
		}
		this.server.pause();
		this.instance.awaitDown();

		List<ChargeDecision> local = takes(LOCAL, 8);
		assertThat(local).allMatch(ChargeDecision::isDegraded);
		assertThat(local).extracting(ChargeDecision::isViolated)
			.containsExactly(false, false, false, false, false, false, true, true);
		assertThat(local).extracting(ChargeDecision::remaining).containsExactly(5L, 4L, 3L, 2L, 1L, 0L, 0L, 0L);
		assertThat(local).allMatch(ChargeDecision::hasFacts).noneMatch(ChargeDecision::isUnavailable);
		assertThat(takes(ALLOW, 20)).allMatch(ChargeDecision::isDegraded)
			.noneMatch(ChargeDecision::isViolated)
			.noneMatch(ChargeDecision::hasFacts);
		assertThat(takes(DENY, 3)).allMatch(ChargeDecision::isDegraded)
			.allMatch(ChargeDecision::isUnavailable)
			.extracting(ChargeDecision::retryAfter)
			.containsOnly(Duration.ofSeconds(1));
	}

	@Test
	void aCallOverSeveralLimitsIsAllOrNothingAlsoWithoutRedis() {
		this.server.pause();
		this.instance.awaitDown();

		List<ChargeDecision> denied = this.instance.takeAll(StoreFixture.charge(LOCAL, "caller", 3),
				StoreFixture.charge(ALLOW, "caller", 3), StoreFixture.charge(DENY, "caller", 3));
		assertThat(denied).extracting(ChargeDecision::isViolated).containsExactly(false, false, true);
		List<ChargeDecision> granted = this.instance.takeAll(StoreFixture.charge(ALLOW, "caller", 3),
				StoreFixture.charge(LOCAL, "caller", 10));
		assertThat(granted).extracting(ChargeDecision::isViolated).containsExactly(false, false);
		List<ChargeDecision> refused = this.instance.takeAll(StoreFixture.charge(LOCAL, "caller", 1),
				StoreFixture.charge(LOCAL, "other", 1));
		assertThat(refused).extracting(ChargeDecision::isViolated).containsExactly(true, false);
		assertThat(denied).allMatch(ChargeDecision::isDegraded);
		assertThat(refused).allMatch(ChargeDecision::isDegraded);

		granted.forEach(this.instance.store()::giveBack);
		assertThat(takes(LOCAL, 1)).extracting(ChargeDecision::remaining).containsExactly(9L);
	}

	@Test
	void afterAPauseRedisDecidesAgainAndWhatCallsHadIsCharged() {
		assertThat(this.instance.take(StoreInstance.STILL, "caller", 5).isDegraded()).isFalse();
		this.server.pause();
		long granted = callUntilDown();
		assertThat(this.instance.store().status()).isEqualTo("degraded");

		this.server.resume();
		this.instance.awaitUp();
		awaitCharged(StoreInstance.STILL, 5 + granted);
		assertThat(this.instance.store().status()).isEqualTo("up");
	}

	@Test
	@Tag("version-independent")
	void theBreakerOpensWhenNothingIsAnsweredAndThenOnlyProbesAreSent() {
		takes(ALLOW, 1);
		takes(DENY, 1);
		long before = timeouts();
		this.server.pause();
		assertThat(takes(LOCAL, 4)).allMatch(ChargeDecision::isDegraded);
		assertThat(this.instance.store().status()).isEqualTo("up");
		Polling.until(StoreInstance.BACK, "the breaker opens", () -> {
			takes(LOCAL, 1);
			return this.instance.store().status().equals("degraded");
		});
		long sent = this.instance.sent().count("take");
		long late = timeouts();
		long probes = this.instance.sent().count("probe");
		long began = System.nanoTime();
		callFor(Duration.ofMillis(1500), LOCAL);
		assertThat(this.instance.sent().count("take")).isEqualTo(sent);
		long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
		assertThat(this.instance.sent().count("probe") - probes).isBetween(1L, 3 * (2 + seconds));
		assertThat(timeouts()).isEqualTo(late);
		assertThat(late - before).isGreaterThanOrEqualTo(5);
		assertThat(this.log.lines()).singleElement()
			.asString()
			.startsWith("WARN Redis fails (redis, timeout: ")
			.endsWith("limits decide by on-store-failure: local, but allow allow, but deny deny [RL704]");

		this.server.resume();
		this.instance.awaitUp();
		awaitEnd();
		assertThat(this.log.lines()).hasSize(2);
	}

	@Test
	@Tag("version-independent")
	void aServerThatComesAndGoesIsOneOutage() {
		for (int i = 0; i < 3; i++) {
			this.server.pause();
			this.instance.awaitDown();
			this.server.resume();
			Polling.until(StoreInstance.BACK, "the breaker closes", () -> this.instance.store().status().equals("up"));
		}

		awaitEnd();
		assertThat(this.log.lines()).hasSize(2);
		assertThat(this.log.lines().get(0)).startsWith("WARN Redis fails");
		assertThat(this.log.lines().get(1)).contains("2 returns in between");
		Polling.until(Duration.ofSeconds(20), "the observer knows of the end",
				() -> this.instance.told().outages().size() > 1);
		assertThat(this.instance.told().outages()).containsExactly("degraded: redis, timeout", "recovered: redis");
	}

	@Test
	@Tag("version-independent")
	void aServerThatComesAndGoesHasToAnswerForASecondEachTime() {
		for (int i = 0; i < 3; i++) {
			this.proxy.refuseConnections();
			this.proxy.cutConnections();
			this.instance.awaitDown();
			long probes = this.instance.sent().count("probe");
			this.proxy.normal();
			Polling.until(Duration.ofSeconds(20), "the breaker closes",
					() -> this.instance.store().status().equals("up"));
			assertThat(this.instance.sent().count("probe") - probes).isGreaterThanOrEqualTo(20);
		}
	}

	private void awaitEnd() {
		String end = "INFO Redis answers again \\(redis\\) after \\d+ ms.*; \\d+ times a limit decided without it.*";
		Polling.until(Duration.ofSeconds(20), () -> "the end of the outage is logged: " + this.log.lines(),
				() -> this.log.lines().stream().anyMatch((line) -> line.matches(end)));
	}

	@Test
	void aServerThatWasKilledAndRestartsEmptyDecidesAgain() {
		assertThat(this.instance.take(StoreInstance.STILL, "caller", 100).isDegraded()).isFalse();
		this.server.kill();
		callFor(Duration.ofMillis(700), StoreInstance.STILL);
		assertThat(this.instance.store().status()).isEqualTo("degraded");
		assertThat(this.instance.told().failures()).containsKey("connection");

		this.server.startAgain();
		this.instance.awaitUp();
		assertThat(this.instance.remaining(StoreInstance.STILL, "stranger")).isEqualTo(StoreInstance.STILL.capacity());
		for (int i = 1; i <= 10; i++) {
			assertThat(this.instance.take(StoreInstance.STILL, "stranger").remaining())
				.isEqualTo(StoreInstance.STILL.capacity() - i);
		}
		assertThat(this.server.calls("evalsha")).isLessThanOrEqualTo(this.instance.sent().count());
	}

	@Test
	void aServerThatIsKilledUnderLoadBreaksNoCall() throws Exception {
		AtomicLong calls = new AtomicLong();
		AtomicLong stop = new AtomicLong(Long.MAX_VALUE);
		TestThreads.run(5, (thread) -> {
			if (thread == 0) {
				killAndStartAgain();
				this.instance.awaitUp();
				stop.set(System.nanoTime() + Duration.ofMillis(200).toNanos());
				return;
			}
			while (System.nanoTime() < stop.get() || calls.get() < 20) {
				this.instance.takeAll(StoreFixture.charge(ALLOW, "caller" + thread, 0),
						StoreFixture.charge(LOCAL, "caller", 1));
				this.instance.take(DENY, "caller", 1);
				calls.incrementAndGet();
			}
		});
	}

	private void killAndStartAgain() throws InterruptedException {
		for (int i = 0; i < 3; i++) {
			this.server.kill();
			TimeUnit.MILLISECONDS.sleep(100);
			this.server.startAgain();
			TimeUnit.MILLISECONDS.sleep(100);
		}
	}

	@Test
	void anAnswerThatHangsInItsMiddleIsReadWhenItsRestComes() {
		assertThat(this.instance.take(StoreInstance.STILL, "caller", 5).isDegraded()).isFalse();
		this.proxy.hangInReply(7);
		long granted = callUntilDown();
		assertThat(this.instance.told().failures()).containsOnlyKeys("timeout");

		this.proxy.normal();
		this.instance.awaitUp();
		awaitCharged(StoreInstance.STILL, 5 + granted);
	}

	@Test
	void permitsOfLostCallsAreChargedWhenTheNetworkRecovers() {
		assertThat(this.instance.take(StoreInstance.STILL, "caller", 5).isDegraded()).isFalse();
		this.proxy.dropRequests();
		long granted = callUntilDown();
		assertThat(this.instance.told().failures()).containsOnlyKeys("timeout");

		this.proxy.normal();
		this.instance.awaitUp();
		awaitCharged(StoreInstance.STILL, 5 + granted);
	}

	@Test
	void connectionsThatAreCutAgainAndAgainBreakNoCallAndSendNothingTwice() throws Exception {
		AtomicLong granted = new AtomicLong();
		TestThreads.run(4, (thread) -> {
			for (int i = 0; i < 40; i++) {
				if (thread == 0) {
					TimeUnit.MILLISECONDS.sleep(30);
					this.proxy.cutConnections();
				}
				else {
					ChargeDecision decision = this.instance.take(StoreInstance.STILL, "caller");
					granted.addAndGet(decision.isViolated() ? 0 : 1);
					TimeUnit.MILLISECONDS.sleep(30);
				}
			}
		});
		this.instance.awaitUp();
		Polling.until(StoreInstance.BACK,
				() -> granted.get() + " are charged of " + StoreInstance.STILL.capacity() + ", "
						+ this.instance.remaining(StoreInstance.STILL, "caller") + " are left",
				() -> StoreInstance.STILL.capacity() - this.instance.remaining(StoreInstance.STILL, "caller") >= granted
					.get());
		assertThat(this.server.calls("evalsha")).isLessThanOrEqualTo(this.instance.sent().count());
	}

	private long timeouts() {
		return this.instance.told().failures().getOrDefault("timeout", 0L);
	}

	private List<ChargeDecision> takes(Limit limit, int count) {
		List<ChargeDecision> decisions = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			decisions.add(this.instance.take(limit, "caller"));
		}
		return decisions;
	}

	/** No call may fail. */
	private void callFor(Duration duration, Limit limit) {
		long end = System.nanoTime() + duration.toNanos();
		while (System.nanoTime() < end) {
			this.instance.take(limit, "caller");
		}
	}

	/**
	 * Calls until Redis gets no more calls, and some more times; returns how many are
	 * granted.
	 */
	private long callUntilDown() {
		AtomicLong granted = new AtomicLong();
		Runnable call = () -> granted.addAndGet(this.instance.take(StoreInstance.STILL, "caller").isViolated() ? 0 : 1);
		Polling.until(StoreInstance.BACK, "Redis is not asked", () -> {
			call.run();
			return this.instance.store().status().equals("degraded");
		});
		for (int i = 0; i < 20; i++) {
			call.run();
		}
		assertThat(granted).hasValueGreaterThan(20);
		return granted.get();
	}

	/** A call in flight may be charged twice when its connection is replaced. */
	private void awaitCharged(Limit limit, long permits) {
		long most = Math.max(0, limit.capacity() - permits);
		long least = Math.max(0, most - timeouts());
		Polling.until(StoreInstance.BACK,
				() -> "the key has " + most + " permits, not " + this.instance.remaining(limit, "caller"), () -> {
					long remaining = this.instance.remaining(limit, "caller");
					return remaining >= least && remaining <= most;
				});
	}

}
