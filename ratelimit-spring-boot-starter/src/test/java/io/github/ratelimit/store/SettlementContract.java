package io.github.ratelimit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Decision;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Permit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.permit.StoreDecision;
import io.github.ratelimit.registry.Handles;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A call reserves what it may cost and settles its actual cost afterwards. */
public interface SettlementContract extends StoreFixture {

	/** How many sequences of calls that reserve, settle, cancel and fail are tried. */
	default int settlements() {
		return 10_000;
	}

	@Test
	default void theBalanceIsWhatWasSpentOrTheDebtThatIsRemembered() {
		long seed = System.nanoTime();
		SplittableRandom random = new SplittableRandom(seed);
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		for (int i = 0; i < settlements(); i++) {
			Limit limit = budget(100, random.nextBoolean() ? 100 : random.nextInt(60));
			new Calls(store, limit, Key.of("caller" + i), random).run();
		}
		Limit last = budget(100, 40);
		Calls calls = new Calls(store, last, Key.of("last"), random);
		calls.call(10).settle(60);
		calls.call(30).settle(100);
		ChargeDecision refused = store.take(Charge.of(Handles.of(last), Key.of("last"), 7));
		assertThat(refused.retryAfter()).as("(debt of 40 + 7) at 100/min, seed %d", seed)
			.isEqualTo(Duration.ofMillis(47 * 600));
		time.advance(refused.retryAfter().minusNanos(resolution()));
		assertThat(store.take(refused.charge()).isViolated()).isTrue();
		time.advance(Duration.ofNanos(resolution()));
		assertThat(store.take(refused.charge()).isViolated()).isFalse();
	}

	@Test
	default void aHundredCallersAreAdmittedByWhatTheyReserveAndOverspendWhatTheyUnderestimated() throws Exception {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		Limit limit = budget(100, Limit.UNBOUNDED_DEBT);
		Charge reserve = StoreFixture.charge(limit, "callers", 10);
		Decision[] decisions = new Decision[100];
		TestThreads.run(100, (caller) -> decisions[caller] = new StoreDecision(store.take(reserve), store));
		long admitted = 0;
		for (Decision decision : decisions) {
			admitted += decision.isAllowed() ? 1 : 0;
		}
		assertThat(admitted).isEqualTo(10);

		AtomicLong underestimated = new AtomicLong();
		TestThreads.run(100, (caller) -> {
			if (decisions[caller].isAllowed()) {
				decisions[caller].permit().settle(10 + caller);
				underestimated.addAndGet(caller);
			}
		});
		ChargeDecision next = store.take(StoreFixture.charge(limit, "callers", 1));
		assertThat(next.retryAfter()).isEqualTo(Duration.ofMillis(600 * (underestimated.get() + 1)));
		assertThat(store.forgivenPermits(Handles.of(limit))).isZero();
	}

	@Test
	default void callersThatSettleWhileOthersReserveSpendNoMoreThanTheBudgetAndWhatWasUnderestimated()
			throws Exception {
		for (int round = 0; round < 10; round++) {
			LimitStore store = createStore(new ManualTime());
			Limit limit = budget(100, Limit.UNBOUNDED_DEBT);
			AtomicLong spent = new AtomicLong();
			AtomicLong underestimated = new AtomicLong();
			TestThreads.run(25, (thread) -> {
				SplittableRandom random = new SplittableRandom(thread);
				for (int call = 0; call < 4; call++) {
					Decision decision = new StoreDecision(store.take(StoreFixture.charge(limit, "callers", 10)), store);
					if (decision.isAllowed()) {
						long actual = random.nextInt(25);
						decision.permit().settle(actual);
						spent.addAndGet(actual);
						underestimated.addAndGet(Math.max(0, actual - 10));
					}
				}
			});
			assertThat(spent.get()).isBetween(91L, 100 + underestimated.get());
			ChargeDecision next = store.take(StoreFixture.charge(limit, "callers", 100));
			assertThat(next.retryAfter()).isEqualTo(Duration.ofMillis(600 * spent.get()));
		}
	}

	@ParameterizedTest
	@EnumSource(value = Algorithm.class, mode = EnumSource.Mode.EXCLUDE, names = "CONCURRENCY")
	default void whatIsOwedBeyondTheDebtIsForgiven(Algorithm algorithm) {
		LimitStore store = createStore(new ManualTime());
		Limit limit = Limit.named("chat")
			.algorithm(algorithm)
			.rates(Rate.parse("10/min"))
			.maxDebt(4)
			.costed(true)
			.build();
		ChargeDecision first = StoreFixture.taken(store, limit, "caller", 8);
		ChargeDecision second = StoreFixture.taken(store, limit, "caller", 2);

		store.settle(first, 9);
		store.settle(second, 20);

		assertThat(store.forgivenPermits(Handles.of(limit))).isEqualTo(15);
		ChargeDecision looked = store.take(StoreFixture.charge(limit, "caller", 0));
		assertThat(looked.isViolated()).as("a charge that needs nothing").isFalse();
		assertThat(looked.remaining()).isZero();
		assertThat(store.take(StoreFixture.charge(limit, "caller", 1)).isViolated()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(value = Algorithm.class, mode = EnumSource.Mode.EXCLUDE, names = "CONCURRENCY")
	default void whatWasReservedTooMuchIsThereAgain(Algorithm algorithm) {
		LimitStore store = createStore(new ManualTime());
		Limit limit = Limit.named("chat")
			.algorithm(algorithm)
			.rates(Rate.parseAll("10/min, 100/h"))
			.costed(true)
			.build();
		ChargeDecision taken = StoreFixture.taken(store, limit, "caller", 8);

		store.settle(taken, 3);

		ChargeDecision looked = store.take(StoreFixture.charge(limit, "caller", 0));
		assertThat(looked.remaining(0)).isEqualTo(7);
		assertThat(looked.remaining(1)).isEqualTo(97);
		assertThat(store.forgivenPermits(Handles.of(limit))).isZero();
	}

	@ParameterizedTest
	@EnumSource(value = Algorithm.class, mode = EnumSource.Mode.EXCLUDE, names = "CONCURRENCY")
	default void aLookTakesNothingAndIsCountedWhenItsOutcomeIsKnown(Algorithm algorithm) {
		LimitStore store = createStore(new ManualTime());
		Limit limit = Limit.named("login").algorithm(algorithm).rates(Rate.parse("2/15min")).build();
		Charge look = Charge.peek(Handles.of(limit), Key.of("caller"), 1);
		for (int failed = 0; failed < 2; failed++) {
			ChargeDecision looked = store.take(look);
			assertThat(looked.isViolated()).isFalse();
			assertThat(looked.remaining()).isEqualTo(2 - failed);
			assertThat(store.take(look).isViolated()).as("a login that does not fail").isFalse();
			store.settle(looked, 1);
		}
		ChargeDecision refused = store.take(look);
		assertThat(refused.isViolated()).isTrue();
		assertThat(refused.retryAfter()).isPositive();
		assertThat(store.takeAll(List.of(look, Charge.peek(Handles.of(limit), Key.of("other"), 1))))
			.extracting(ChargeDecision::isViolated)
			.containsExactly(true, false);
	}

	@Test
	default void whatCallsCostIsNotForgivenBecauseManyOthersWaitForTheirTurn() {
		LimitStore store = createStore(new ManualTime());
		Limit limit = Limit.named("paced")
			.rates(Rate.parse("10/s"))
			.maxWait(Duration.ofSeconds(10), 1_000)
			.maxDebt(10)
			.costed(true)
			.build();
		Charge waiting = StoreFixture.charge(limit, "caller", 1).waiting(limit.maxWait().toNanos());
		List<ChargeDecision> queued = new ArrayList<>();
		for (int i = 0; i < 51; i++) {
			queued.add(store.take(waiting));
			assertThat(queued.get(i).scheduledAfterNanos()).isEqualTo(Duration.ofMillis(100 * i).toNanos());
		}

		store.settle(queued.get(0), 1 + 4);
		assertThat(store.forgivenPermits(Handles.of(limit))).isZero();
		assertThat(store.take(waiting).scheduledAfterNanos()).isEqualTo(Duration.ofMillis(5_100 + 400).toNanos());

		store.settle(queued.get(1), 1 + 100);
		assertThat(store.forgivenPermits(Handles.of(limit))).as("beyond a full queue of 100 and a debt of 10")
			.isEqualTo(100 - (110 - 55));
	}

	private static Limit budget(long permits, long maxDebt) {
		return Limit.named("budget" + maxDebt)
			.rates(Rate.parse(permits + "/min"))
			.maxDebt(maxDebt)
			.costed(true)
			.build();
	}

	/** Some calls of one key at one time, and the permits that they should leave. */
	final class Calls {

		private final LimitStore store;

		private final Limit limit;

		private final Key key;

		private final SplittableRandom random;

		private final Deque<Reserved> open = new ArrayDeque<>();

		private long balance;

		Calls(LimitStore store, Limit limit, Key key, SplittableRandom random) {
			this.store = store;
			this.limit = limit;
			this.key = key;
			this.random = random;
			this.balance = limit.capacity();
		}

		Permit call(long permits) {
			Decision decision = new StoreDecision(this.store.take(Charge.of(Handles.of(this.limit), this.key, permits)),
					this.store);
			assertThat(decision.isAllowed()).isEqualTo(permits <= this.balance);
			this.balance -= permits;
			return decision.permit();
		}

		void run() {
			for (int step = 2 + this.random.nextInt(8); step > 0; step--) {
				long permits = 1 + this.random.nextInt(50);
				if (permits <= this.balance && this.random.nextInt(3) > 0) {
					this.open.add(new Reserved(call(permits), permits));
				}
				else if (!this.open.isEmpty()) {
					end(this.random.nextBoolean() ? this.open.removeFirst() : this.open.removeLast());
				}
			}
			while (!this.open.isEmpty()) {
				end(this.open.removeFirst());
			}
			assertThat(this.store.take(Charge.of(Handles.of(this.limit), this.key, 0)).remaining())
				.isEqualTo(Math.max(0, this.balance));
			long missing = this.limit.capacity() - this.balance;
			ChargeDecision next = this.store.take(Charge.of(Handles.of(this.limit), this.key, this.limit.capacity()));
			assertThat(next.retryAfter()).isEqualTo(Duration.ofMillis(600 * missing));
		}

		private void end(Reserved call) {
			long actual = this.random.nextInt(80);
			switch (this.random.nextInt(5)) {
				case 0 -> {
					assertThat(call.permit().settle(actual)).isTrue();
					assertThat(call.permit().settle(actual + 7)).isFalse();
					cost(call, actual);
				}
				case 1 -> {
					call.permit().spend(actual);
					call.permit().close();
					cost(call, (actual > 0) ? actual : call.reserved());
				}
				case 2 -> {
					call.permit().spend(actual);
					call.permit().fail();
					cost(call, actual);
				}
				case 3 -> {
					assertThat(call.permit().giveBack()).isTrue();
					cost(call, 0);
				}
				default -> call.permit().close();
			}
			call.permit().fail();
			call.permit().giveBack();
		}

		private void cost(Reserved call, long actual) {
			this.balance = (actual <= call.reserved()) ? this.balance + call.reserved() - actual
					: Math.max(Math.min(this.balance, -this.limit.maxDebt()), this.balance + call.reserved() - actual);
		}

	}

	/** A call that has not ended. */
	record Reserved(Permit permit, long reserved) {
	}

}
