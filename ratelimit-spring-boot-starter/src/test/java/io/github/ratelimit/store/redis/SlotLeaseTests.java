package io.github.ratelimit.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.client.PausedScriptClient;
import io.github.ratelimit.store.redis.client.RecordingScriptClient;
import io.github.ratelimit.store.redis.client.ScriptClient;
import io.github.ratelimit.store.redis.client.ScriptClientFactory;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.SharedRedis;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Slots of calls in flight are leases: renewed while calls run, released when all is
 * lost.
 */
@Tag("redis")
@Tag("version-independent")
class SlotLeaseTests {

	private static final Limit SLOTS = Limit.named("slots").maxConcurrent(2).build();

	private static final Duration LEASE = Duration.ofSeconds(1);

	/** Longer than a third of the lease, of which renewals take a part in real time. */
	private static final Duration A_WHILE = Duration.ofMillis(400);

	private static final Duration SOON = Duration.ofSeconds(10);

	private final ManualTime time = new ManualTime();

	private PausedScriptClient held;

	private RedisStore store;

	private RedisStore other;

	@BeforeEach
	void connect() {
		SharedRedis.flush();
		this.held = new PausedScriptClient(redis());
		this.store = store(this.held, Duration.ofSeconds(10));
		this.other = store(redis(), Duration.ofSeconds(10));
	}

	private static ScriptClient redis() {
		return ScriptClientFactory.scripts(StoreInstance.lettuce(SharedRedis.server().port()));
	}

	private RedisStore store(ScriptClient redis, Duration deadline) {
		RedisStoreSettings settings = new RedisStoreSettings(RedisStoreSettings.DEFAULT_KEY_PREFIX, deadline, 1_000,
				OnStoreFailure.DENY, LEASE);
		TimeSource turning = RedisTestStore.settingTheClock(this.time, SharedRedis.server());
		return new RedisStore(redis, RedisTestStore.turnedScripts(), settings, new MemoryStore(this.time, 100), turning,
				StoreObserver.NONE);
	}

	@AfterEach
	void disconnect() {
		this.held.fail(false);
		this.held.loseNodes(false);
		this.held.goOn();
		this.store.close();
		this.other.close();
	}

	@Test
	void slotsOfAnInstanceThatFailsAreFreeWithinTheLease() {
		take(this.store, 2);
		this.held.stop();

		advance(LEASE.minusMillis(1));
		assertThat(isFull()).isTrue();
		advance(Duration.ofMillis(1));
		assertThat(isFull()).isFalse();
		take(this.other, 2);
	}

	@Test
	void slotsOfALongCallAreRenewed() {
		take(this.store, 2);
		for (int i = 0; i < 10; i++) {
			long ends = ends();
			advance(A_WHILE);
			Polling.until(SOON, "the lease is renewed", () -> ends() > ends);
			assertThat(isFull()).as("after %d renewals", i).isTrue();
		}
	}

	@Test
	void renewalsContinueAfterOneThatFoundNoNodeForItsKey() {
		try (StoreLog log = new StoreLog()) {
			take(this.store, 2);
			this.held.loseNodes(true);
			advance(A_WHILE);
			Polling.until(SOON, "a round fails", () -> !log.lines().isEmpty());
			long ends = ends();

			this.held.loseNodes(false);

			Polling.until(SOON, "the lease is renewed", () -> ends() > ends);
			assertThat(isFull()).isTrue();
			assertThat(log.lines()).singleElement()
				.asString()
				.startsWith("WARN Slots of in-flight calls cannot be renewed");
		}
	}

	@Test
	void aFailureThatCannotBeReportedStopsNoRenewal() {
		try (StoreLog log = new StoreLog()) {
			take(this.store, 2);
			this.held.stop();
			advance(A_WHILE);
			Polling.until(SOON, "a renewal is under way", () -> this.held.waiting() > 0);
			long ends = ends();
			this.held.loseNodes(true);

			this.held.failWaiting();
			Polling.until(SOON, "the failure is logged",
					() -> log.lines()
						.stream()
						.anyMatch((line) -> line.startsWith("WARN The reply to a renewal of slots")));
			this.held.loseNodes(false);

			Polling.until(SOON, "the lease is renewed", () -> ends() > ends);
		}
	}

	@Test
	void whatIsGivenBackIsFreeAtOnceAndIsNotRenewed() {
		ChargeDecision taken = take(this.store, 2);

		this.store.giveBack(taken);
		this.store.giveBack(taken);

		assertThat(count()).isZero();
		ChargeDecision next = take(this.other, 2);
		long ends = ends();
		advance(A_WHILE);
		Polling.until(SOON, "the other's lease is renewed", () -> ends() > ends);
		assertThat(count()).isEqualTo(2);
		this.other.giveBack(next);
		assertThat(count()).isZero();
	}

	@Test
	void aPausedInstanceContinuesBesideTheOthersAndNoCallIsAdmittedUntilThereIsRoom() {
		ChargeDecision first = take(this.store, 1);
		ChargeDecision second = take(this.store, 1);
		this.held.stop();
		advance(Duration.ofSeconds(40));
		ChargeDecision third = take(this.other, 1);
		take(this.other, 1);
		assertThat(isFull()).as("never more than the limit of leases that have not ended").isTrue();

		this.held.goOn();

		Polling.until(SOON, "the lost leases are back", () -> count() == 4);
		this.store.giveBack(first);
		assertThat(isFull()).isTrue();
		this.store.giveBack(second);
		assertThat(isFull()).isTrue();
		this.other.giveBack(third);
		assertThat(isFull()).isFalse();
	}

	@Test
	void whatCannotBeGivenBackIsTriedAgain() {
		ChargeDecision taken = take(this.store, 2);
		this.held.fail(true);
		this.store.giveBack(taken);
		assertThat(isFull()).isTrue();

		this.held.fail(false);

		Polling.until(SOON, "the slots are free", () -> count() == 0);
	}

	@Test
	void slotsGrantedToACallThatWasRefusedMeanwhileAreGivenBack() {
		ChargeDecision taken = take(this.other, 1);
		try (PausedScriptClient slow = new PausedScriptClient(redis());
				RedisStore hasty = store(slow, Duration.ofMillis(50))) {
			Polling.until(SOON, "the state is seen",
					() -> hasty.take(StoreFixture.charge(SLOTS, "caller", 0)).remaining() == 1);
			slow.stop();
			assertThat(hasty.take(StoreFixture.charge(SLOTS, "caller", 2)).isViolated()).isTrue();
			this.other.giveBack(taken);
			long removed = SharedRedis.server().calls("zrem");
			assertThat(count()).isZero();

			slow.goOn();

			Polling.until(SOON, "the call was answered, and its slots given back",
					() -> SharedRedis.server().calls("zrem") > removed && count() == 0);
			take(this.other, 2);
		}
	}

	@Test
	void closingGivesTheSlotsBack() {
		RedisStore closing = store(redis(), Duration.ofSeconds(10));
		take(closing, 2);
		assertThat(isFull()).isTrue();

		closing.close();

		assertThat(isFull()).isFalse();
	}

	@Test
	void manyCallsAreRenewedInOneCallOfAScript() {
		Limit wide = Limit.named("wide").maxConcurrent(1_000).build();
		RecordingScriptClient sent = new RecordingScriptClient(redis());
		try (RedisStore busy = store(sent, Duration.ofSeconds(10))) {
			for (int i = 0; i < 500; i++) {
				busy.take(StoreFixture.charge(wide, "caller" + i % 50, 1));
			}
			advance(A_WHILE);
			busy.take(StoreFixture.charge(wide, "caller", 0));
			Polling.until(SOON, "all are renewed", () -> sent.count("renew-slots") > 0);
			assertThat(sent.count("renew-slots")).isEqualTo(1);
		}
	}

	@Test
	void somethingForeignUnderOneKeyStopsNoRenewalOfAnother() {
		Limit other = Limit.named("foreign").maxConcurrent(2).build();
		String foreign = "ratelimit:1:foreign#places:{" + Key.of("caller").id() + "}";
		try (StoreLog log = new StoreLog()) {
			ChargeDecision spoilt = this.store.take(StoreFixture.charge(other, "caller", 1));
			take(this.store, 2);
			SharedRedis.server().command("SET", foreign, "foreign");
			for (int i = 0; i < 5; i++) {
				long ends = ends();
				advance(A_WHILE);
				Polling.until(SOON, "the lease is renewed", () -> ends() > ends);
			}

			this.store.giveBack(spoilt);

			assertThat(this.store.status()).isEqualTo("up");
			assertThat(SharedRedis.server().command("GET", foreign)).isEqualTo("foreign");
			assertThat(log.lines()).isNotEmpty()
				.allMatch((line) -> line
					.startsWith("WARN Redis has something under " + foreign + " that is not ours (wrongtype)"));
		}
	}

	@Test
	void whatAForeignValueRefusedIsNotGivenBack() {
		RecordingScriptClient sent = new RecordingScriptClient(redis());
		SharedRedis.server().command("SET", name(), "foreign");
		try (StoreLog log = new StoreLog(); RedisStore asking = store(sent, Duration.ofSeconds(10))) {
			for (int i = 0; i < 5; i++) {
				assertThat(asking.take(StoreFixture.charge(SLOTS, "caller", 1)).isDegraded()).isTrue();
			}
			assertThat(log.lines()).isNotEmpty();
		}
		assertThat(sent.count("renew-slots")).isZero();
	}

	@Test
	void aCallForMoreSlotsThanAScriptTakesAtOnceIsAlwaysRefused() {
		Limit vast = Limit.named("vast").maxConcurrent(50_000).build();
		Limit rate = StoreFixture.limit("rate", "2/d");

		ChargeDecision alone = this.store.take(StoreFixture.charge(vast, "caller", 10_001));
		List<ChargeDecision> together = this.store
			.takeAll(List.of(StoreFixture.charge(vast, "neighbour", 10_001), StoreFixture.charge(rate, "caller", 2)));
		ChargeDecision looked = this.store.take(Charge.peek(Handles.of(vast), Key.of("looks"), 10_001));

		assertThat(List.of(alone, together.get(0), looked)).allMatch(ChargeDecision::isRefused)
			.noneMatch(ChargeDecision::isDegraded)
			.extracting(ChargeDecision::retryAfterNanos, ChargeDecision::remaining)
			.containsOnly(tuple(ChargeDecision.NEVER, 50_000L));
		assertThat(together.get(1).isViolated()).isFalse();
		assertThat(this.store.take(StoreFixture.charge(rate, "caller", 2)).isViolated()).as("nothing was taken")
			.isFalse();
		ChargeDecision most = this.store.take(StoreFixture.charge(vast, "caller", 10_000));
		assertThat(most.isViolated()).isFalse();
		assertThat(most.remaining()).isEqualTo(40_000);
		this.store.giveBack(most);
	}

	@Test
	void aConcurrencyLimitAndARateLimitAreOneDecision() {
		Limit rate = StoreFixture.limit("rate", "2/d");
		List<ChargeDecision> taken = this.store
			.takeAll(List.of(StoreFixture.charge(SLOTS, "caller", 1), StoreFixture.charge(rate, "caller", 2)));
		assertThat(taken).noneMatch(ChargeDecision::isViolated);

		List<ChargeDecision> refused = this.store
			.takeAll(List.of(StoreFixture.charge(SLOTS, "caller", 1), StoreFixture.charge(rate, "caller", 1)));

		assertThat(refused).extracting(ChargeDecision::isViolated).containsExactly(false, true);
		assertThat(count()).isEqualTo(1);
	}

	private void advance(Duration duration) {
		this.time.advance(duration);
		RedisTestStore.set(SharedRedis.server(), this.time.wallTime());
	}

	private static ChargeDecision take(RedisStore store, long slots) {
		ChargeDecision decision = store.take(StoreFixture.charge(SLOTS, "caller", slots));
		assertThat(decision.isViolated()).as("%s", decision).isFalse();
		return decision;
	}

	private boolean isFull() {
		return this.other.take(Charge.peek(Handles.of(SLOTS), Key.of("caller"), 1)).isViolated();
	}

	private static String name() {
		return "ratelimit:1:slots#places:{" + Key.of("caller").id() + "}";
	}

	private static long count() {
		return (Long) SharedRedis.server().command("ZCARD", name());
	}

	/** Returns when the lease that ends last does. */
	private static long ends() {
		List<?> last = (List<?>) SharedRedis.server().command("ZREVRANGE", name(), "0", "0", "WITHSCORES");
		return last.isEmpty() ? 0 : (long) Double.parseDouble(last.get(1).toString());
	}

}
