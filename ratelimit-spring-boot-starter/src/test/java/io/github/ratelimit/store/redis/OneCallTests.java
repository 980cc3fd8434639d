package io.github.ratelimit.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A decision is one call, and a refusal writes nothing. */
@Tag("version-independent")
@Tag("redis")
class OneCallTests {

	private static final Limit QUICK = StoreFixture.limit("quick", "1000/s burst 100000");

	private final RedisServer redis = RedisServer.start();

	private final StoreInstance instance = StoreInstance.on(this.redis).awaitUp();

	@AfterEach
	void stop() {
		this.instance.close();
		this.redis.close();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 5 })
	void aDecisionOverSeveralLimitsIsOneCall(int limits) {
		long before = calls();
		for (int i = 0; i < 100; i++) {
			assertThat(this.instance.takeAll(charges(limits, "caller" + i % 7))).noneMatch(ChargeDecision::isViolated);
		}

		assertThat(calls() - before).isEqualTo(100);
	}

	@Test
	void aDecisionAboutAKeyThatCanBeBlockedIsOneCall() {
		LimitHandle chat = Handles.blockable(StoreFixture.limit("chat", "1000000/s"));
		this.instance.store().block(chat, Key.of("blocked"), Instant.now().plusSeconds(600));
		long before = calls();
		for (int i = 0; i < 100; i++) {
			assertThat(this.instance.store().take(Charge.of(chat, Key.of("caller"), 1)).isViolated()).isFalse();
		}
		assertThat(calls() - before).isEqualTo(100);
		assertThat(this.instance.store().take(Charge.of(chat, Key.of("blocked"), 1)).isBanned()).isTrue();
		assertThat(calls() - before).isBetween(100L, 101L);
	}

	@Test
	void severalInstancesDoNotCostEachOtherCalls() {
		try (StoreInstance other = StoreInstance.on(this.redis).awaitUp()) {
			long before = calls();
			for (int i = 0; i < 100; i++) {
				assertThat(((i % 2 == 0) ? this.instance : other).take(StoreInstance.STILL, "caller").isViolated())
					.isFalse();
			}

			assertThat(calls() - before).isEqualTo(100);
			assertThat(this.instance.remaining(StoreInstance.STILL, "caller")).isEqualTo(265);
		}
	}

	@Test
	void aRefusalWritesNothing() {
		Limit narrow = StoreFixture.limit("narrow", "1/36500d");
		Charge wide = StoreFixture.charge(StoreInstance.STILL, "caller", 1);
		Charge tight = StoreFixture.charge(narrow, "caller", 1);
		this.instance.takeAll(wide, tight);
		List<Object> kept = values();
		long writes = writes();

		try (StoreInstance fresh = StoreInstance.on(this.redis).awaitUp()) {
			assertThat(fresh.takeAll(wide, tight)).extracting(ChargeDecision::isViolated).containsExactly(false, true);
			assertThat(fresh.take(narrow, "caller").isViolated()).isTrue();
		}

		assertThat(writes()).isEqualTo(writes);
		assertThat(values()).isEqualTo(kept).hasSize(2);
	}

	@Test
	void aStateExpiresWhenItIsFullAgain() {
		this.instance.take(StoreFixture.limit("chat", "60/min"), "caller", 30);

		Object name = ((List<?>) this.redis.command("KEYS", "ratelimit:1:chat:*")).get(0);
		assertThat((Long) this.redis.command("PTTL", name.toString())).isBetween(25_000L, 31_500L);
	}

	@Test
	void aStateThatIsFullWithinTheSameHalfSecondIsChangedInPlaceAndDoesNotExpireBefore() {
		this.instance.take(QUICK, "caller", 10_000);
		long whole = this.redis.calls("set");
		long inPlace = this.redis.calls("setrange");
		long start = System.nanoTime();

		takeWhileItIsKept(1_000);

		long halfSeconds = (System.nanoTime() - start) / 500_000_000;
		assertThat(this.redis.calls("set") - whole).isBetween(1L, 3 + halfSeconds);
		assertThat(this.redis.calls("setrange") - inPlace).isGreaterThanOrEqualTo(997 - halfSeconds);
	}

	@Test
	void aStateWhoseExpiryAnotherVersionHasSetToTheMillisecondIsNotForgottenBefore() {
		this.instance.take(QUICK, "caller", 10_000);
		long millisToFull = 100_000 - this.instance.remaining(QUICK, "caller");
		this.redis.command("PEXPIRE", quickName(), Long.toString(millisToFull + 1_000));

		takeWhileItIsKept(600);
	}

	private void takeWhileItIsKept(int times) {
		for (int i = 0; i < times; i++) {
			this.instance.take(QUICK, "caller", 1);
			long before = millisToExpiry();
			long millisToFull = 100_000 - this.instance.remaining(QUICK, "caller");
			assertThat(before).isGreaterThanOrEqualTo(millisToFull);
			// Redis expires in milliseconds and counts in microseconds
			assertThat(millisToExpiry()).isLessThanOrEqualTo(millisToFull + 1_501);
		}
	}

	private long millisToExpiry() {
		return (Long) this.redis.command("PTTL", quickName());
	}

	private String quickName() {
		return ((List<?>) this.redis.command("KEYS", "ratelimit:1:quick:*")).get(0).toString();
	}

	@Test
	void scriptsThatRedisHasForgottenAreSentWholeAndChargeOnce() {
		this.instance.take(StoreInstance.STILL, "caller");
		this.redis.command("SCRIPT", "FLUSH");

		assertThat(this.instance.take(StoreInstance.STILL, "caller").isDegraded()).isFalse();

		assertThat(this.instance.remaining(StoreInstance.STILL, "caller")).isEqualTo(363);
		assertThat(this.instance.told().failures()).isEmpty();
	}

	@Test
	void everythingThatRedisHasForgottenIsFullAgain() {
		this.instance.take(StoreInstance.STILL, "caller", 300);
		this.redis.command("FLUSHALL");

		assertThat(this.instance.remaining(StoreInstance.STILL, "caller")).isEqualTo(365);
	}

	private static Charge[] charges(int limits, String key) {
		List<Charge> charges = new ArrayList<>();
		for (int i = 0; i < limits; i++) {
			String rates = (i % 2 == 0) ? "1000000/s" : "1000000/s, 60000000/min";
			charges.add(StoreFixture.charge(StoreFixture.limit("limit" + i, rates), key, 1));
		}
		return charges.toArray(Charge[]::new);
	}

	private long writes() {
		return this.redis.calls("set") + this.redis.calls("setrange");
	}

	private long calls() {
		return this.redis.calls("evalsha") + this.redis.calls("eval");
	}

	private List<Object> values() {
		List<Object> values = new ArrayList<>();
		for (Object name : (List<?>) this.redis.command("KEYS", "ratelimit:1:*")) {
			if (!name.toString().contains("#")) {
				values.add(name + "=" + this.redis.command("GET", name.toString()));
			}
		}
		values.sort(null);
		return values;
	}

}
