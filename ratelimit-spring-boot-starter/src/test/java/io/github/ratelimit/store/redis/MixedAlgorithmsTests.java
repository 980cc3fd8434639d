package io.github.ratelimit.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitBuilder;
import io.github.ratelimit.Rate;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever limits count by, a decision is one call, and a refusal writes nothing. */
@Tag("redis")
@Tag("version-independent")
class MixedAlgorithmsTests {

	private static RedisServer redis;

	private static StoreInstance instance;

	@BeforeAll
	static void start() {
		redis = RedisServer.start();
		instance = StoreInstance.on(redis).awaitUp();
	}

	@AfterAll
	static void stop() {
		instance.close();
		redis.close();
	}

	@ParameterizedTest
	@EnumSource(Algorithm.class)
	void aDecisionOfEachKindIsOneCall(Algorithm algorithm) {
		Limit limit = limit("alone" + algorithm, algorithm, 50);
		long before = calls();
		for (int i = 0; i < 50; i++) {
			assertThat(instance.take(limit, "caller").isViolated()).as("call %d", i).isFalse();
		}
		assertThat(calls() - before).isEqualTo(50);
		assertThat(instance.take(limit, "caller").isViolated()).isTrue();
	}

	@Test
	void aDecisionOverAllKindsIsOneCall() {
		List<Charge> charges = chargesOfAllKinds("mixed", 60);
		long before = calls();
		for (int i = 0; i < 50; i++) {
			List<ChargeDecision> decisions = instance.store().takeAll(charges);
			long left = 59 - i;
			assertThat(decisions.subList(0, 6)).allSatisfy((decision) -> {
				assertThat(decision.isViolated()).isFalse();
				assertThat(decision.remaining()).isEqualTo(left);
			});
		}
		assertThat(calls() - before).isEqualTo(50);
	}

	@Test
	void aWaitForAScheduledPermitIsOneCall() {
		Charge charge = Charge.of(Handles.of(paced("paced")), Key.of("caller"), 1)
			.waiting(Duration.ofDays(5).toNanos());
		long before = calls();
		assertThat(instance.store().take(charge).scheduledAfterNanos()).isZero();
		assertThat(instance.store().take(charge).scheduledAfterNanos()).isPositive();
		assertThat(calls() - before).isEqualTo(2);
	}

	@Test
	void whatACallCostsMoreOrLessIsOneCallEach() {
		for (Charge charge : chargesOfAllKinds("settled", 100)) {
			if (charge.limit().isConcurrency() || charge.limit().isPaced()) {
				continue;
			}
			instance.store().settle(instance.store().take(charge), 2);
			instance.store().reset(charge.handle(), charge.key().id());
			instance.store().giveBack(instance.store().take(charge));
			ChargeDecision first = instance.store().take(charge);
			ChargeDecision second = instance.store().take(charge);
			long before = calls();
			instance.store().settle(first, 31);
			instance.store().settle(second, 0);
			assertThat(calls() - before).isEqualTo(2);
			assertThat(instance.remaining(charge.limit(), "caller")).as("%s", charge.limit().algorithm()).isEqualTo(69);
		}
	}

	@ParameterizedTest
	@EnumSource(Algorithm.class)
	void aRefusalOfEachKindWritesNothing(Algorithm algorithm) {
		Limit limit = limit("refusing" + algorithm, algorithm, 3);
		instance.take(limit, "caller", 3);
		long written = written();
		try (StoreInstance fresh = StoreInstance.on(redis).awaitUp()) {
			for (int i = 0; i < 10; i++) {
				assertThat(fresh.take(limit, "caller").isViolated()).isTrue();
			}
		}
		assertThat(written()).isEqualTo(written);
	}

	@ParameterizedTest
	@EnumSource(Algorithm.class)
	void limitsOfAllKindsAreAsTheyWereAfterARefusalByTheLast(Algorithm last) {
		List<Charge> charges = new ArrayList<>(chargesOfAllKinds("kept", 60));
		charges.add(Charge.of(Handles.of(limit("last" + last, last, 1)), Key.of("caller"), 1));
		Collections.rotate(charges, last.ordinal());
		instance.take(limit("last" + last, last, 1), "caller");
		instance.store().takeAll(charges.stream().filter((charge) -> charge.limit().capacity() > 1).toList());
		long written = written();

		List<ChargeDecision> refused = instance.store().takeAll(charges);

		assertThat(refused).filteredOn(ChargeDecision::isViolated).hasSize(1);
		assertThat(refused).extracting(ChargeDecision::receipt).containsOnlyNulls();
		assertThat(written()).isEqualTo(written);
	}

	@Test
	void aDryRunStopsNothingAndIsTakenIfPossible() {
		Limit shadow = limit("tried", Algorithm.SLIDING_WINDOW, 2);
		Limit enforced = limit("enforced", Algorithm.TOKEN_BUCKET, 5);
		List<Charge> charges = List.of(Charge.of(Handles.of(shadow), Key.of("caller"), 1).asDryRun(),
				Charge.of(Handles.of(enforced), Key.of("caller"), 1));
		long before = calls();
		for (int i = 0; i < 5; i++) {
			List<ChargeDecision> decisions = instance.store().takeAll(charges);
			assertThat(decisions.get(0).isViolated()).isEqualTo(i >= 2);
			assertThat(decisions).noneMatch(ChargeDecision::isRefused);
			assertThat(decisions.get(1).remaining()).isEqualTo(4 - i);
		}
		assertThat(calls() - before).isEqualTo(5);
		assertThat(instance.store().takeAll(charges)).extracting(ChargeDecision::isRefused)
			.containsExactly(false, true);
	}

	@Test
	void aStateOfEachKindExpires() {
		for (Charge charge : chargesOfAllKinds("expiring", 60)) {
			instance.store().take(charge);
		}
		List<?> names = (List<?>) redis.command("KEYS", "ratelimit:1:expiring*");
		assertThat(names).hasSize(7);
		assertThat(names).allSatisfy(
				(name) -> assertThat((Long) redis.command("PTTL", name.toString())).isBetween(1L, 3 * 86_400_000L));
	}

	private static List<Charge> chargesOfAllKinds(String name, int permits) {
		List<Charge> charges = new ArrayList<>();
		for (Algorithm algorithm : Algorithm.values()) {
			charges
				.add(Charge.of(Handles.of(limit(name + algorithm.ordinal(), algorithm, permits)), Key.of("caller"), 1));
		}
		charges.add(Charge.of(Handles.of(paced(name + "paced")), Key.of("caller"), 1)
			.waiting(Duration.ofDays(200).toNanos()));
		return charges;
	}

	private static Limit limit(String name, Algorithm algorithm, int permits) {
		LimitBuilder builder = Limit.named(name).costed(true);
		return (algorithm == Algorithm.CONCURRENCY) ? builder.maxConcurrent(permits).build()
				: builder.algorithm(algorithm).rates(Rate.parse(permits + "/d")).build();
	}

	private static Limit paced(String name) {
		return Limit.named(name).rates(Rate.parse("60/d")).maxWait(Duration.ofDays(200), 100).build();
	}

	private static long calls() {
		return redis.calls("evalsha") + redis.calls("eval");
	}

	/** Returns how often something was written. */
	private static long written() {
		return Long.parseLong(redis.info("persistence").get("rdb_changes_since_last_save"));
	}

}
