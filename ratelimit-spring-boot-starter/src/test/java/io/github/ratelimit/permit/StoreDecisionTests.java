package io.github.ratelimit.permit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Permit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.memory.MemoryStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The answer of all limits together.
 */
class StoreDecisionTests {

	private final LimitStore store = new MemoryStore(new ManualTime(), 10);

	@Test
	void aCallIsAllowedIfNoLimitRefuses() {
		Decision decision = decision(granted("a", 5, 1), granted("b", 3, 1));

		assertThat(decision.isAllowed()).isTrue();
		assertThat(decision.isDegraded()).isFalse();
		assertThat(decision.violated()).isEmpty();
		assertThat(decision.retryAfter()).isZero();
		assertThat(names(decision.limits())).containsExactly("a", "b");
		assertThat(decision.limits()).isUnmodifiable();
	}

	@Test
	void oneRefusalIsEnoughWhereverItStands() {
		ChargeDecision refused = refused("x", 5);
		for (List<ChargeDecision> order : List.of(List.of(refused, granted("a", 5, 1), granted("b", 3, 1)),
				List.of(granted("a", 5, 1), refused, granted("b", 3, 1)),
				List.of(granted("a", 5, 1), granted("b", 3, 1), refused))) {
			Decision decision = StoreDecision.of(order, this.store);

			assertThat(decision.isAllowed()).isFalse();
			assertThat(decision.violated()).containsExactly(refused);
			assertThat(decision.limits()).isEqualTo(order);
			assertThat(decision.nearestToRefusal()).containsSame(refused);
		}
	}

	@Test
	void theWaitIsTheLongestOfTheViolated() {
		Decision decision = decision(refused("a", 5), refused("b", 70), granted("c", 1, 1), refused("d", 6));

		assertThat(decision.retryAfter()).isEqualTo(Duration.ofNanos(70));
		assertThat(decision.nearestToRefusal()).map((nearest) -> nearest.limit().name()).contains("b");
		assertThat(names(decision.violated())).containsExactly("a", "b", "d");
	}

	@Test
	void aCallThatOneLimitCanNeverPayIsNeverPaid() {
		Decision decision = decision(refused("a", 5), refused("b", ChargeDecision.NEVER));

		assertThat(decision.retryAfter()).isEqualTo(Duration.ofNanos(ChargeDecision.NEVER));
		assertThat(decision.nearestToRefusal()).map(LimitDecision::isNeverPayable).contains(true);
	}

	@Test
	void theNearestToRefusalHasRoomForTheFewestFurtherCalls() {
		assertThat(nearest(granted("requests", 9, 1), granted("tokens", 4000, 500))).isEqualTo("tokens");
		assertThat(nearest(granted("requests", 7, 1), granted("tokens", 4000, 500))).isEqualTo("requests");
		assertThat(nearest(granted("looked", 3, 0), granted("taken", 2, 1))).isEqualTo("taken");
		assertThat(nearest(granted("looked", 1, 0), granted("taken", 2, 1))).isEqualTo("looked");
		assertThat(nearest(granted("first", 2, 1), granted("second", 2, 1))).isEqualTo("first");
	}

	@Test
	void oneLimitAloneIsTheNearest() {
		ChargeDecision granted = granted("a", 5, 1);
		ChargeDecision refused = refused("b", 70);

		assertThat(new StoreDecision(granted, this.store).nearestToRefusal()).containsSame(granted);
		assertThat(new StoreDecision(granted, this.store).limits()).containsExactly(granted);
		assertThat(new StoreDecision(refused, this.store).isAllowed()).isFalse();
		assertThat(new StoreDecision(refused, this.store).violated()).containsExactly(refused);
		assertThat(new StoreDecision(refused, this.store).retryAfter()).isEqualTo(Duration.ofNanos(70));
	}

	@Test
	void withoutLimitsThereAreNoFacts() {
		for (Decision decision : List.of(Decision.unlimited(), Decision.degraded())) {
			assertThat(decision.isAllowed()).isTrue();
			assertThat(decision.limits()).isEmpty();
			assertThat(decision.violated()).isEmpty();
			assertThat(decision.nearestToRefusal()).isEmpty();
			assertThat(decision.retryAfter()).isZero();
			assertThat(decision.permit()).isNotNull();
		}
		assertThat(Decision.unlimited().isDegraded()).isFalse();
		assertThat(Decision.degraded().isDegraded()).isTrue();
		assertThat(Decision.degraded()).hasToString("degraded, allowed []");
	}

	@Test
	void aRefusedCallHoldsNoPermit() {
		assertThatIllegalStateException().isThrownBy(() -> decision(refused("a", 5)).permit())
			.withMessage("A refused call holds no permit. Ask isAllowed() first.");
		assertThatIllegalStateException()
			.isThrownBy(() -> decision(granted("a", 1, 1), refused("b", 5), granted("c", 1, 1)).permit());
	}

	@Test
	void thePermitIsAlwaysTheSameEvenForManyThreads() throws Exception {
		for (int round = 0; round < 30; round++) {
			List<Decision> decisions = Stream.generate(() -> decision(granted("a", 5, 1), granted("b", 3, 1)))
				.limit(2_000)
				.toList();
			Permit[][] permits = new Permit[2][decisions.size()];
			TestThreads.run(2, (thread) -> {
				for (int i = 0; i < decisions.size(); i++) {
					permits[thread][i] = decisions.get(i).permit();
				}
			});
			assertThat(permits[0]).isEqualTo(permits[1]);
		}
	}

	@Test
	void permitsGoBackOnceEvenForManyThreads() throws Exception {
		Limit limit = Limit.of("chat", Rate.parse("10/min"));
		for (int round = 0; round < 300; round++) {
			Key key = Key.of("caller" + (round % 3));
			Decision first = new StoreDecision(this.store.take(Charge.of(Handles.of(limit), key, 6)), this.store);
			Decision second = new StoreDecision(this.store.take(Charge.of(Handles.of(limit), key, 4)), this.store);
			Set<Integer> gaveBack = ConcurrentHashMap.newKeySet();
			TestThreads.run(4, (thread) -> {
				if (first.permit().giveBack()) {
					assertThat(gaveBack.add(thread)).isTrue();
				}
			});
			assertThat(gaveBack).hasSize(1);
			assertThat(this.store.take(Charge.of(Handles.of(limit), key, 0)).remaining()).isEqualTo(6);
			assertThat(second.permit().giveBack()).isTrue();
			assertThat(second.permit().giveBack()).isFalse();
		}
	}

	@Test
	void permitsAreSettledOrGoBackEvenForTwoThreads() throws Exception {
		Limit limit = Limit.of("chat", Rate.parse("10/min"));
		for (int round = 0; round < 300; round++) {
			Key key = Key.of("caller" + round);
			Permit permit = new StoreDecision(this.store.take(Charge.of(Handles.of(limit), key, 6)), this.store)
				.permit();
			this.store.take(Charge.of(Handles.of(limit), key, 4));
			AtomicBoolean settled = new AtomicBoolean();
			TestThreads.run(2, (thread) -> {
				if (thread == 0) {
					settled.set(permit.settle(5));
				}
				else {
					permit.giveBack();
				}
			});
			assertThat(this.store.take(Charge.of(Handles.of(limit), key, 0)).remaining())
				.isEqualTo(settled.get() ? 1 : 6);
		}
	}

	@Test
	void theExceptionNamesTheRefusingLimitAndTheWait() {
		assertThat(new RateLimitExceededException(decision(granted("a", 1, 1), refused("b", 1_500_000_000))))
			.hasMessage("Limit 'b' is exceeded. Retry after 2 s")
			.satisfies((ex) -> assertThat(ex.decision().violated()).hasSize(1));
		assertThat(new RateLimitExceededException(
				StoreDecision.of(List.of(refused("a", 1), refused("c", 6_000_000_000L), never("b", 11)), this.store)))
			.hasMessage("Limit 'a' is exceeded. Retry after 1 s. Limit 'c' is exceeded. Retry after 6 s. "
					+ "Limit 'b' can never admit this call: it costs 11 permits, and the limit holds at most 10");
	}

	@Test
	void theExceptionNamesTheLimitThatCannotBeChecked() {
		assertThat(new RateLimitExceededException(decision(granted("a", 1, 1), unavailable("b", 1_200_000_000))))
			.hasMessage("Limit 'b' cannot be checked, because its store does not answer. Retry after 2 s");
	}

	@Test
	void aCallIsUnavailableOnlyWhereNoLimitReallyRefuses() {
		assertThat(decision(granted("a", 5, 1), unavailable("b", 1)).isUnavailable()).isTrue();
		assertThat(decision(unavailable("a", 1), unavailable("b", 1)).isUnavailable()).isTrue();
		assertThat(decision(unavailable("a", 1), refused("b", 1)).isUnavailable()).isFalse();
		assertThat(decision(ChargeDecision.degraded(refused("b", 1))).isUnavailable()).isFalse();
		assertThat(decision(ChargeDecision.letThrough(charge("a", 1))).isUnavailable()).isFalse();
		assertThat(Decision.unlimited().isUnavailable()).isFalse();
		assertThat(Decision.degraded().isUnavailable()).isFalse();
	}

	@Test
	void aLimitWithoutFiguresIsNotTheNearestToRefusal() {
		ChargeDecision letThrough = ChargeDecision.letThrough(charge("uncounted", 1));
		assertThat(nearest(letThrough, granted("counted", 9, 1))).isEqualTo("counted");
		assertThat(nearest(granted("counted", 9, 1), letThrough)).isEqualTo("counted");
		assertThat(nearest(granted("counted", 9, 1), unavailable("refusing", 1))).isEqualTo("refusing");
	}

	private Decision decision(ChargeDecision... limits) {
		return StoreDecision.of(new ArrayList<>(List.of(limits)), this.store);
	}

	private String nearest(ChargeDecision... limits) {
		return decision(limits).nearestToRefusal().orElseThrow().limit().name();
	}

	private static List<String> names(List<LimitDecision> limits) {
		return limits.stream().map((limit) -> limit.limit().name()).toList();
	}

	private static ChargeDecision granted(String name, long remaining, long permits) {
		return ChargeDecision.granted(charge(name, permits), null, remaining, 1, null);
	}

	private static ChargeDecision refused(String name, long wait) {
		return ChargeDecision.refused(charge(name, 1), 0, wait, wait, null);
	}

	private static ChargeDecision unavailable(String name, long wait) {
		return ChargeDecision.unavailable(charge(name, 1), wait);
	}

	private static ChargeDecision never(String name, long permits) {
		return ChargeDecision.refused(charge(name, permits), 10, ChargeDecision.NEVER, 0, null);
	}

	private static Charge charge(String name, long permits) {
		return Charge.of(Handles.of(Limit.of(name, Rate.parse("10/min"))), Key.of("caller"), permits);
	}

}
