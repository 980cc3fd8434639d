package io.github.ratelimit.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Key;
import io.github.ratelimit.KeyLabel;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitBuilder;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.store.BlockResult;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.KeyPage;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.redis.server.RedisCluster;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Limits on a cluster of three nodes, whose keys are in different slots. */
@Tag("redis")
class ClusterStoreTests {

	private static RedisCluster cluster;

	private static StoreInstance instance;

	@BeforeAll
	static void start() {
		cluster = RedisCluster.start();
		instance = StoreInstance.on(cluster).build().awaitUp();
	}

	@AfterAll
	static void stop() {
		instance.close();
		cluster.close();
	}

	@Test
	void limitsOfOneCallerAreOneCall() {
		Charge one = StoreFixture.charge(limit("one", 10), "ann", 1);
		Charge other = StoreFixture.charge(limit("other", 10), "ann", 1);
		long sent = instance.sent().count();

		assertThat(instance.takeAll(one, other)).extracting(ChargeDecision::remaining).containsExactly(9L, 9L);

		assertThat(instance.sent().count()).isEqualTo(sent + 1);
	}

	@Test
	void twoRequestsRefusedByTheLastOfFiveSlotsChangeNoneOfTheOthers() {
		Charge[] charges = new Charge[5];
		for (int i = 0; i < charges.length; i++) {
			charges[i] = StoreFixture.charge(limit("five" + i, (i == 4) ? 1 : 10), "slot" + i, 1);
		}
		assertThat(instance.takeAll(charges)).noneMatch(ChargeDecision::isViolated);

		for (int request = 0; request < 2; request++) {
			List<ChargeDecision> refused = instance.takeAll(charges);
			assertThat(refused).extracting(ChargeDecision::isViolated)
				.containsExactly(false, false, false, false, true);
			assertThat(refused).extracting(ChargeDecision::remaining).containsExactly(9L, 9L, 9L, 9L, 0L);
			assertThat(refused).extracting(ChargeDecision::receipt).containsOnlyNulls();
		}

		for (int i = 0; i < 4; i++) {
			assertThat(instance.remaining(charges[i].limit(), "slot" + i)).isEqualTo(9);
		}
	}

	@Test
	void aBlockRefusesTheCallsOfAllInstancesAndTakesNothingInOtherSlots() {
		LimitHandle chat = Handles.blockable(limit("chat", 10));
		Charge blocked = Charge.of(chat, Key.of("blocked"), 1);
		Charge[] charges = { StoreFixture.charge(limit("free", 10), "slot1", 1),
				Charge.of(chat, Key.of("not blocked"), 1), blocked };
		Instant end = Instant.now().plusSeconds(600);
		assertThat(instance.store().block(chat, blocked.key(), end)).isEqualTo(BlockResult.STARTED);
		try (StoreInstance other = StoreInstance.on(cluster).build().awaitUp()) {
			for (StoreInstance each : List.of(instance, other)) {
				assertThat(each.takeAll(charges)).extracting(ChargeDecision::isBanned)
					.containsExactly(false, false, true);
			}
			assertThat(other.store().block(chat, blocked.key(), end)).isEqualTo(BlockResult.ALREADY_BLOCKED);
			assertThat(other.store().unblock(chat, blocked.key().id())).isTrue();
			assertThat(other.takeAll(charges)).extracting(ChargeDecision::remaining).containsExactly(9L, 9L, 9L);
		}
	}

	@Test
	void requestsThatRaceOverSlotsLoseNoPermitAndInventNone() throws Exception {
		List<Limit> limits = List.of(limit("race0", 60), limit("race1", 90), limit("race2", 40));
		for (int round = 0; round < 5; round++) {
			String key = "round" + round;
			AtomicLongArray held = new AtomicLongArray(limits.size());
			long seed = System.nanoTime();
			TestThreads.run(4, (thread) -> {
				Random random = new Random(seed + thread);
				List<List<ChargeDecision>> granted = new ArrayList<>();
				for (int i = 0; i < 60; i++) {
					if (granted.size() > 2 && random.nextBoolean()) {
						for (ChargeDecision decision : granted.remove(0)) {
							held.addAndGet(limits.indexOf(decision.limit()), -decision.charge().permits());
							instance.store().giveBack(decision);
						}
					}
					Charge[] charges = new Charge[limits.size()];
					for (int j = 0; j < charges.length; j++) {
						charges[j] = StoreFixture.charge(limits.get(j), key + j, 1 + random.nextInt(5));
					}
					List<ChargeDecision> decisions = instance.takeAll(charges);
					if (decisions.stream().noneMatch(ChargeDecision::isViolated)) {
						granted.add(decisions);
						decisions.forEach((decision) -> held.addAndGet(limits.indexOf(decision.limit()),
								decision.charge().permits()));
					}
				}
			});
			for (int j = 0; j < limits.size(); j++) {
				assertThat(instance.remaining(limits.get(j), key + j) + held.get(j)).as("limit %d, seed %d", j, seed)
					.isEqualTo(limits.get(j).capacity());
			}
		}
		assertThat(instance.told().failures()).isEmpty();
	}

	@Test
	void pagesHoldTheKeysOfAllNodesOnce() {
		Limit limit = limit("paged", 10);
		Set<KeyLabel> expected = new HashSet<>();
		for (int i = 0; i < 40; i++) {
			instance.take(limit, "caller" + i);
			expected.add(StoreFixture.charge(limit, "caller" + i, 1).key().label());
		}
		List<KeyLabel> listed = new ArrayList<>();
		@Nullable String next = null;
		do {
			KeyPage page = instance.store().keys(Handles.of(limit), next, 7);
			assertThat(page.keys()).hasSizeLessThanOrEqualTo(7);
			page.keys().forEach((state) -> listed.add(state.key()));
			next = page.next();
		}
		while (next != null);

		assertThat(listed).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(expected);
	}

	@Test
	void anotherInstanceSeesAndResetsAKey() {
		Limit limit = limit("seen", 10);
		instance.take(limit, "caller", 4);
		String id = StoreFixture.charge(limit, "caller", 1).key().id();
		try (StoreInstance other = StoreInstance.on(cluster).build().awaitUp()) {
			assertThat(other.store().find(Handles.of(limit), id).orElseThrow().remaining()).isEqualTo(6);
			assertThat(other.store().find(Handles.of(limit), id).orElseThrow().key())
				.isEqualTo(StoreFixture.charge(limit, "caller", 1).key().label());
			assertThat(other.store().reset(Handles.of(limit), id)).isTrue();
			assertThat(other.store().find(Handles.of(limit), id)).isEmpty();
		}
		assertThat(instance.remaining(limit, "caller")).isEqualTo(10);
	}

	@Test
	void limitsOfAllKindsInSeveralSlotsAreTakenTogetherOrNotAtAll() {
		List<Charge> charges = new ArrayList<>();
		for (Algorithm algorithm : Algorithm.values()) {
			charges.add(StoreFixture.charge(limit("kind", algorithm, 10), "kind" + algorithm, 1));
		}
		Charge last = StoreFixture.charge(limit("lastKind", 1), "last", 1);
		charges.add(last);
		assertThat(instance.takeAll(charges.toArray(Charge[]::new))).noneMatch(ChargeDecision::isViolated);

		assertThat(instance.takeAll(charges.toArray(Charge[]::new))).filteredOn(ChargeDecision::isViolated)
			.extracting(ChargeDecision::charge)
			.containsExactly(last);

		for (Charge charge : charges.subList(0, charges.size() - 1)) {
			ChargeDecision looked = instance.store().take(Charge.peek(charge.handle(), charge.key(), 0));
			assertThat(looked.remaining()).as("%s", charge).isEqualTo(9);
		}
	}

	@Test
	void slotsOfRacingCallsInSeveralHashSlotsAreAllFreeInTheEnd() throws Exception {
		Limit slots = limit("racing", Algorithm.CONCURRENCY, 3);
		List<String> keys = List.of("racing0", "racing1", "racing2");
		AtomicLongArray under = new AtomicLongArray(1);
		TestThreads.run(4, (thread) -> {
			for (int i = 0; i < 60; i++) {
				List<ChargeDecision> taken = instance
					.takeAll(keys.stream().map((key) -> StoreFixture.charge(slots, key, 1)).toArray(Charge[]::new));
				if (taken.stream().noneMatch(ChargeDecision::isViolated)) {
					assertThat(under.incrementAndGet(0)).isLessThanOrEqualTo(3);
					under.decrementAndGet(0);
					taken.forEach(instance.store()::giveBack);
				}
			}
		});
		for (String key : keys) {
			assertThat(instance.remaining(slots, key)).isEqualTo(3);
		}
		assertThat(instance.told().failures()).isEmpty();
	}

	private static Limit limit(String name, Algorithm algorithm, int permits) {
		LimitBuilder builder = Limit.named(name + algorithm);
		return (algorithm == Algorithm.CONCURRENCY) ? builder.maxConcurrent(permits).build()
				: builder.algorithm(algorithm).rates(Rate.parse(permits + "/365d")).build();
	}

	/** Refills one permit in a hundred years at most. */
	private static Limit limit(String name, int permits) {
		return StoreFixture.limit(name, permits + "/36500d");
	}

}
