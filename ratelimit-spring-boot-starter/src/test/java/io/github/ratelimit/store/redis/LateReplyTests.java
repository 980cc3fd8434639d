package io.github.ratelimit.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.Rate;
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
import io.github.ratelimit.store.redis.client.UnclosedScriptClient;
import io.github.ratelimit.store.redis.script.StoreScripts;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.SharedRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Replies after the deadline: limits lag behind by them, and lose nothing. */
@Tag("redis")
@Tag("version-independent")
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class LateReplyTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	private static final Limit TEN = StoreFixture.limit("ten", "10/365d");

	private static final Limit SLOTS = Limit.named("slots").maxConcurrent(5).build();

	private static final Limit DENY = StoreFixture.limit("deny", "10/365d");

	private static final Limit ALLOW = StoreFixture.limit("allow", "10/365d");

	private PausedScriptClient held;

	/** Waits for answers for a moment only; they are held by the test. */
	private RedisStore store;

	/** Another instance, which always gets its answers. */
	private RedisStore other;

	@BeforeEach
	void connect() {
		SharedRedis.flush();
		onStoreFailure(DENY, OnStoreFailure.DENY);
		onStoreFailure(ALLOW, OnStoreFailure.ALLOW);
		this.held = new PausedScriptClient(
				ScriptClientFactory.scripts(StoreInstance.lettuce(SharedRedis.server().port())));
		this.store = store(this.held, Duration.ofMillis(20));
		this.other = store(ScriptClientFactory.scripts(StoreInstance.lettuce(SharedRedis.server().port())),
				Duration.ofSeconds(20));
	}

	private static void onStoreFailure(Limit limit, OnStoreFailure policy) {
		Handles.of(limit).registered().change((settings) -> settings.withOnStoreFailure(policy));
	}

	private static RedisStore store(ScriptClient redis, Duration deadline) {
		RedisStoreSettings settings = new RedisStoreSettings(RedisStoreSettings.DEFAULT_KEY_PREFIX, deadline, 1_000,
				OnStoreFailure.LOCAL);
		TimeSource time = TimeSource.system();
		return new RedisStore(redis, StoreScripts.load(), settings, new MemoryStore(time, 1_000), time,
				StoreObserver.NONE);
	}

	@AfterEach
	void disconnect() {
		this.held.goOn();
		this.store.close();
		this.other.close();
	}

	@ParameterizedTest
	@EnumSource(Algorithm.class)
	void aLateCallIsDecidedByTheLastStateAndItsChargeIsKept(Algorithm algorithm) {
		Limit limit = StoreFixture.limit("kind", algorithm, "10/365d");
		StoreFixture.taken(this.other, limit, "caller", 4);
		awaitSeen(limit, 6);
		this.held.stop();

		List<ChargeDecision> late = takes(limit, 8);

		assertThat(late).extracting(ChargeDecision::isViolated)
			.containsExactly(false, false, false, false, false, false, true, true);
		assertThat(late).extracting(ChargeDecision::remaining).containsExactly(5L, 4L, 3L, 2L, 1L, 0L, 0L, 0L);
		assertThat(late).noneMatch(ChargeDecision::isDegraded);
		assertThat(late.get(7).retryAfterNanos()).isPositive();
		assertThat(StoreFixture.remaining(this.other, limit, "caller")).isEqualTo(6);

		this.held.goOn();
		awaitRemaining(limit, 0);
		assertThat(this.store.status()).isEqualTo("up");
	}

	@Test
	void callsInFlightDuringAResetAreCountedOnce() {
		StoreFixture.taken(this.other, TEN, "caller", 4);
		awaitSeen(TEN, 6);
		this.held.stop();
		assertThat(takes(TEN, 3)).extracting(ChargeDecision::remaining).containsExactly(5L, 4L, 3L);

		this.held.sendLaterCalls();
		assertThat(this.store.reset(Handles.of(TEN), Key.of("caller").id())).isTrue();
		this.held.goOn();

		awaitSeen(TEN, 7);
		this.held.stop();
		assertThat(takes(TEN, 2)).extracting(ChargeDecision::remaining).containsExactly(6L, 5L);
	}

	@Test
	void chargesThatWaitForOneInFlightAreDroppedByAReset() {
		Limit tokens = Limit.named("tokens").rates(Rate.parse("1000/36500d")).costed(true).maxDebt(1000).build();
		ChargeDecision first = StoreFixture.taken(this.store, tokens, "caller", 1);
		ChargeDecision second = StoreFixture.taken(this.store, tokens, "caller", 1);
		this.held.stop();
		this.store.settle(first, 11);
		this.store.settle(second, 501);
		assertThat(this.held.waiting()).as("one charge in flight").isEqualTo(1);

		this.held.sendLaterCalls();
		assertThat(this.store.reset(Handles.of(tokens), Key.of("caller").id())).isTrue();
		this.held.goOn();

		awaitRemaining(tokens, 990);
		for (int i = 0; i < 20; i++) {
			// on the connection of the charges
			this.store.find(Handles.of(tokens), Key.of("caller").id());
		}
		assertThat(StoreFixture.remaining(this.other, tokens, "caller")).isEqualTo(990);
	}

	@Test
	void aPacedCallGetsTheNextScheduledPermitOfTheLastState() {
		Limit paced = Limit.named("paced").rates(Rate.parse("1/h")).maxWait(Duration.ofMinutes(150), 100).build();
		Charge waiting = StoreFixture.charge(paced, "caller", 1).waiting(paced.maxWait().toNanos());
		this.other.take(waiting);
		awaitSeen(paced, StoreFixture.remaining(this.other, paced, "caller"));
		this.held.stop();

		ChargeDecision first = this.store.take(waiting);
		ChargeDecision second = this.store.take(waiting);
		ChargeDecision third = this.store.take(waiting);

		assertThat(List.of(first, second)).noneMatch(ChargeDecision::isViolated).noneMatch(ChargeDecision::isDegraded);
		assertThat(Duration.ofNanos(first.scheduledAfterNanos())).isBetween(Duration.ofMinutes(55),
				Duration.ofHours(1));
		assertThat(Duration.ofNanos(second.scheduledAfterNanos())).isBetween(Duration.ofMinutes(115),
				Duration.ofHours(2));
		assertThat(third.isViolated()).as("its permit would come after the longest wait").isTrue();
	}

	@Test
	void anAnswerThatIsNotThereWithinAVeryShortWaitIsLate() {
		Limit brief = Limit.named("deny").rates(Rate.parse("1/h")).maxWait(Duration.ofMillis(2), 100).build();
		onStoreFailure(brief, OnStoreFailure.DENY);
		this.store.take(StoreFixture.charge(brief, "caller", 0));
		awaitSeen(brief, 1);
		this.held.stop();

		assertThat(takes(brief, 2)).noneMatch(ChargeDecision::isDegraded)
			.extracting(ChargeDecision::isViolated)
			.containsExactly(false, true);
	}

	@Test
	void grantedPermitsRefillWithTime() {
		// one for each deadline that a call waits; nothing if the breaker opened
		Limit quick = StoreFixture.limit("deny", "50/s burst 5");
		onStoreFailure(quick, OnStoreFailure.DENY);
		awaitSeen(quick, 5);
		this.held.stop();

		assertThat(takes(quick, 15)).noneMatch(ChargeDecision::isViolated).noneMatch(ChargeDecision::isDegraded);
	}

	@Test
	void aKeyWithoutAStateIsFull() {
		this.held.stop();

		List<ChargeDecision> late = takes(TEN, 12);

		assertThat(late.subList(0, 10)).noneMatch(ChargeDecision::isViolated).allMatch(ChargeDecision::isDegraded);
		assertThat(late.subList(10, 12)).allMatch(ChargeDecision::isViolated);
		this.held.goOn();
		awaitRemaining(TEN, 0);
	}

	@Test
	void permitsThatRedisGrantsToARefusedCallAreGivenBack() {
		ChargeDecision taken = StoreFixture.taken(this.other, TEN, "caller", 9);
		awaitSeen(TEN, 1);
		this.held.stop();
		this.other.giveBack(taken);

		assertThat(takes(TEN, 3)).extracting(ChargeDecision::isViolated).containsExactly(false, true, true);

		this.held.goOn();
		awaitRemaining(TEN, 9);
	}

	@Test
	void permitsThatRedisRefusesToAnAllowedCallAreADebt() {
		StoreFixture.taken(this.other, TEN, "caller", 8);
		awaitSeen(TEN, 2);
		ChargeDecision taken = StoreFixture.taken(this.other, TEN, "caller", 2);
		this.held.stop();

		assertThat(takes(TEN, 2)).noneMatch(ChargeDecision::isViolated);

		this.held.goOn();
		// two were taken without use: the permits that are given back pay for them
		awaitDebt(TEN, 2);
		this.other.giveBack(taken);
		awaitRemaining(TEN, 0);
	}

	@Test
	void permitsOfALostCallAreADebt() {
		StoreFixture.taken(this.other, TEN, "caller", 4);
		awaitSeen(TEN, 6);
		this.held.stop();
		assertThat(takes(TEN, 3)).noneMatch(ChargeDecision::isViolated);

		this.held.failWaiting();

		awaitRemaining(TEN, 3);
	}

	@Test
	void theAnswerCorrectsWhatDecidesNext() {
		StoreFixture.taken(this.other, TEN, "caller", 1);
		awaitSeen(TEN, 9);
		StoreFixture.taken(this.other, TEN, "caller", 7);
		this.held.stop();
		assertThat(takes(TEN, 1)).noneMatch(ChargeDecision::isViolated);
		this.held.goOn();
		awaitSeen(TEN, 1);
		this.held.stop();

		assertThat(takes(TEN, 2)).extracting(ChargeDecision::isViolated).containsExactly(false, true);
	}

	@Test
	void aLateCallIsSettledOnceItsAnswerIsThere() {
		Limit tokens = Limit.named("tokens").rates(Rate.parse("1000/365d")).costed(true).build();
		awaitSeen(tokens, 1_000);
		this.held.stop();
		ChargeDecision dear = this.store.take(StoreFixture.charge(tokens, "caller", 100));
		ChargeDecision cheap = this.store.take(StoreFixture.charge(tokens, "caller", 100));
		ChargeDecision free = this.store.take(StoreFixture.charge(tokens, "caller", 100));
		ChargeDecision looked = this.store.take(Charge.peek(Handles.of(tokens), dear.key(), 100));

		this.store.settle(dear, 150);
		this.store.settle(cheap, 30);
		this.store.giveBack(free);
		this.store.settle(looked, 7);

		assertThat(StoreFixture.remaining(this.other, tokens, "caller")).isEqualTo(1_000);
		this.held.goOn();
		awaitRemaining(tokens, 1_000 - 150 - 30 - 7);
	}

	@Test
	void aLateCallThatIsOwedIsSettledToo() {
		Limit tokens = Limit.named("tokens").rates(Rate.parse("1000/365d")).costed(true).build();
		StoreFixture.taken(this.other, tokens, "caller", 800);
		awaitSeen(tokens, 200);
		ChargeDecision taken = StoreFixture.taken(this.other, tokens, "caller", 200);
		this.held.stop();
		ChargeDecision dear = this.store.take(StoreFixture.charge(tokens, "caller", 60));
		ChargeDecision free = this.store.take(StoreFixture.charge(tokens, "caller", 60));
		this.store.settle(dear, 80);
		this.store.giveBack(free);

		this.held.goOn();

		awaitDebt(tokens, 80);
		this.other.giveBack(taken);
		awaitRemaining(tokens, 120);
	}

	@Test
	void slotsOfLateCallsAreNeverMoreThanTheLimitAndAreFreeWhenTheirCallsEnd() {
		StoreFixture.taken(this.other, SLOTS, "caller", 2);
		awaitSeen(SLOTS, 3);
		StoreFixture.taken(this.other, SLOTS, "caller", 2);
		this.held.stop();

		List<ChargeDecision> late = takes(SLOTS, 4);

		assertThat(late).extracting(ChargeDecision::isViolated).containsExactly(false, false, false, true);
		this.held.goOn();
		Polling.until(SOON, "calls that are under way have their slots", () -> slots() == 7);
		late.subList(0, 3).forEach(this.store::giveBack);
		Polling.until(SOON, "their slots are free", () -> slots() == 4);
	}

	@Test
	void aCallOverSeveralLimitsIsAllOrNothing() {
		StoreFixture.taken(this.other, TEN, "caller", 9);
		awaitSeen(TEN, 1);
		awaitSeen(DENY, 10);
		this.held.stop();
		List<Charge> charges = List.of(StoreFixture.charge(DENY, "caller", 3), StoreFixture.charge(TEN, "caller", 1));

		List<ChargeDecision> first = this.store.takeAll(charges);
		List<ChargeDecision> second = this.store.takeAll(charges);

		assertThat(first).noneMatch(ChargeDecision::isViolated)
			.extracting(ChargeDecision::remaining)
			.containsExactly(7L, 0L);
		assertThat(second).extracting(ChargeDecision::isViolated).containsExactly(false, true);
		assertThat(second).allMatch((decision) -> decision.receipt() == null);
		assertThat(takes(DENY, 1)).extracting(ChargeDecision::remaining).containsExactly(6L);
		this.held.goOn();
		awaitRemaining(TEN, 0);
		awaitRemaining(DENY, 6);
	}

	@Test
	void theLastStateDecidesWhateverThePolicyWhileThereIsOne() {
		for (Limit limit : List.of(DENY, ALLOW)) {
			StoreFixture.taken(this.other, limit, "caller", 9);
			awaitSeen(limit, 1);
		}
		this.held.stop();

		for (Limit limit : List.of(DENY, ALLOW)) {
			assertThat(takes(limit, 2)).noneMatch(ChargeDecision::isDegraded)
				.extracting(ChargeDecision::isViolated)
				.containsExactly(false, true);
		}
		assertThat(this.store.take(StoreFixture.charge(DENY, "stranger", 1)).isUnavailable()).isTrue();
		ChargeDecision allowed = this.store.take(StoreFixture.charge(ALLOW, "stranger", 1));
		assertThat(allowed.isViolated()).isFalse();
		assertThat(allowed.hasFacts()).isFalse();
		this.held.goOn();
		Polling.until(SOON, "what was allowed is charged",
				() -> StoreFixture.remaining(this.other, ALLOW, "stranger") == 9);
		Polling.until(SOON, "what was refused is not charged",
				() -> StoreFixture.remaining(this.other, DENY, "stranger") == 10);
	}

	@Test
	void answersThatAreLateAreNoOutage() {
		Limit wide = StoreFixture.limit("wide", "1000/365d");
		try (StoreLog log = new StoreLog()) {
			for (int i = 0; i < 40; i++) {
				awaitSeen(wide, 1_000 - 3 * i);
				this.held.stop();
				assertThat(takes(wide, 3)).noneMatch(ChargeDecision::isDegraded);
				this.held.goOn();
				assertThat(this.store.status()).isEqualTo("up");
			}
			assertThat(log.lines()).isEmpty();
		}
		awaitRemaining(wide, 880);
	}

	@Test
	void aDecisionIsStillOneCall() {
		RecordingScriptClient sent = new RecordingScriptClient(this.held);
		try (RedisStore counted = store(new UnclosedScriptClient(sent), Duration.ofMillis(20))) {
			Limit wide = StoreFixture.limit("wide", "1000/365d");
			this.held.stop();
			for (int i = 0; i < 10; i++) {
				counted.take(StoreFixture.charge(wide, "caller", 1));
			}
			this.held.goOn();
			awaitRemaining(wide, 990);
			assertThat(sent.count()).isEqualTo(10);
		}
	}

	private List<ChargeDecision> takes(Limit limit, int count) {
		List<ChargeDecision> decisions = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			decisions.add(this.store.take(StoreFixture.charge(limit, "caller", 1)));
		}
		return decisions;
	}

	/** Waits until the last state has this number of permits. */
	private void awaitSeen(Limit limit, long permits) {
		Charge look = StoreFixture.charge(limit, "caller", 0);
		Polling.until(SOON, () -> "the state is seen, not " + this.store.take(look), () -> {
			ChargeDecision seen = this.store.take(look);
			return !seen.isDegraded() && seen.remaining() == permits;
		});
	}

	private void awaitRemaining(Limit limit, long permits) {
		Polling.until(SOON,
				() -> "there are " + permits + " permits, not " + StoreFixture.remaining(this.other, limit, "caller"),
				() -> StoreFixture.remaining(this.other, limit, "caller") == permits);
	}

	/** Waits until this number of permits is a debt, which the time to full shows. */
	private void awaitDebt(Limit limit, long permits) {
		long capacity = limit.capacity();
		Duration full = limit.rates().get(0).period().multipliedBy(capacity + permits).dividedBy(capacity);
		Charge look = StoreFixture.charge(limit, "caller", 0);
		Polling.until(SOON, () -> permits + " permits are owed: " + this.other.take(look),
				() -> full.minus(this.other.take(look).resetAfter()).compareTo(Duration.ofMinutes(10)) < 0);
	}

	private static long slots() {
		return (Long) SharedRedis.server()
			.command("ZCARD", "ratelimit:1:slots#places:{" + StoreFixture.charge(SLOTS, "caller", 1).key().id() + "}");
	}

}
