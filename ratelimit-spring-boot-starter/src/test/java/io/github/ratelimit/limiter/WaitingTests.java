package io.github.ratelimit.limiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.queue.WaitingThreadLimit;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.FailingStore;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.memory.MemoryStore;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Limits that queue calls, with a manual clock.
 */
class WaitingTests {

	private static final Key ANN = Key.of("ann");

	private static final Duration STEP = Duration.ofMillis(100);

	private final ManualTime time = new ManualTime();

	private final LimitRegistry registry = new LimitRegistry();

	private final MemoryStore store = new MemoryStore(this.time, 100);

	private final WaitTimes waits = new WaitTimes();

	private final ChargeLimiter charges = charges();

	private final RateLimiter limiter = new StoreRateLimiter(this.registry, NamedBudgets.NONE, this.charges);

	private final Limit mail = paced("mail", "10/s", Duration.ofMillis(500), 100);

	@Test
	void callsAreAdmittedOneByOneInTheirOrder() {
		List<Call> calls = new ArrayList<>();
		for (int i = 0; i < 5; i++) {
			calls.add(call(this.mail));
		}
		assertThat(calls.get(0).allowed()).isTrue();
		for (int turn = 1; turn < 5; turn++) {
			assertThat(calls).filteredOn(Call::allowed).hasSize(turn);
			this.time.advance(STEP.minusNanos(1));
			assertThat(calls).filteredOn(Call::allowed).hasSize(turn);
			this.time.advance(Duration.ofNanos(1));
			assertThat(calls.get(turn).allowed()).isTrue();
		}
		assertThat(this.waits.of("mail")).containsExactly(100L, 200L, 300L, 400L);
		assertThat(this.registry.get("mail").statistics().allowed()).isEqualTo(5);
	}

	@Test
	void aCallThatWouldWaitTooLongIsRefusedAtOnceWithItsWait() {
		for (int i = 0; i < 6; i++) {
			assertThat(call(this.mail).refused()).as("call %d", i).isFalse();
		}
		Call seventh = call(this.mail);

		assertThat(seventh.refused()).isTrue();
		assertThat(seventh.decision().retryAfter()).isEqualTo(Duration.ofMillis(600));
		this.time.advance(STEP);
		assertThat(call(this.mail).refused()).isFalse();
		assertThat(this.registry.get("mail").statistics().denied()).isEqualTo(1);
	}

	@Test
	void aListenerIsCalledWhenTheCallHasLeftItsQueue() {
		call(this.mail);
		Call second = call(this.mail);
		List<Integer> queued = new ArrayList<>();
		this.waits.onWait = () -> queued.add(this.charges.waiting());
		this.time.advance(STEP);

		assertThat(second.allowed()).isTrue();
		assertThat(queued).containsExactly(0);
	}

	@Test
	void aCallThatDoesNotWaitIsRefusedWhereItsPermitIsNotDueNow() {
		assertThat(this.limiter.tryAcquire("mail", "ann").isAllowed()).isTrue();
		Decision refused = this.limiter.tryAcquire("mail", "ann");

		assertThat(refused.isAllowed()).isFalse();
		assertThat(refused.retryAfter()).isEqualTo(STEP);
		this.time.advance(STEP);
		assertThat(this.limiter.tryAcquire("mail", "ann").isAllowed()).isTrue();
	}

	@Test
	void aCallThatDoesNotWaitOvertakesNoneThatWaits() {
		List<Call> waiting = List.of(call(this.mail), call(this.mail), call(this.mail));
		assertThat(this.limiter.tryAcquire("mail", "ann").isAllowed()).isFalse();
		this.time.advance(STEP);
		assertThat(this.limiter.tryAcquire("mail", "ann").isAllowed()).isFalse();
		this.time.advance(STEP);
		assertThat(waiting).allMatch(Call::allowed);
	}

	@Test
	void whatHasBeenSavedUpIsNotSpentAtOnce() {
		this.time.advance(Duration.ofHours(1));

		assertThat(call(this.mail).allowed()).isTrue();
		assertThat(call(this.mail).allowed()).isFalse();
	}

	@Test
	void noMoreCallsMayWaitThanTheLimitAllows() {
		Limit narrow = paced("narrow", "10/s", Duration.ofSeconds(10), 3);
		Call first = call(narrow);
		List<Call> waiting = List.of(call(narrow), call(narrow), call(narrow));
		Call tooMany = call(narrow);

		assertThat(first.allowed()).isTrue();
		assertThat(waiting).noneMatch(Call::isDone);
		assertThat(tooMany.refused()).isTrue();
		assertThat(tooMany.decision().retryAfter()).isEqualTo(Duration.ofMillis(400));
		assertThat(call(narrow, Key.of("bob")).allowed()).as("need not wait").isTrue();
		assertThat(call(narrow, Key.of("bob")).refused()).as("would have to").isTrue();
		this.time.advance(STEP);
		assertThat(call(narrow, Key.of("bob")).refused()).as("is the next in the queue now").isFalse();
	}

	@Test
	void aCancelledCallGivesItsTicketBack() {
		call(this.mail);
		Call second = call(this.mail);
		Call third = call(this.mail);
		Call fourth = call(this.mail);

		third.cancel();
		this.time.advance(STEP);
		assertThat(second.allowed()).isTrue();
		this.time.advance(STEP);
		assertThat(fourth.allowed()).isTrue();
	}

	@Test
	void aCancelledCallWithAScheduledPermitLeavesItToTheNextCall() {
		call(this.mail);
		Call second = call(this.mail);
		Call third = call(this.mail);

		this.time.advance(STEP.dividedBy(2));
		second.cancel();
		this.time.advance(STEP.dividedBy(2));
		assertThat(third.allowed()).isTrue();
		assertThat(this.charges.waiting()).isZero();
	}

	@Test
	void nothingOfACallIsKeptAfterItsEnd() {
		List<CompletableFuture<?>> timers = new ArrayList<>();
		TimeSource noted = new TimeSource() {

			@Override
			public long nanoTime() {
				return WaitingTests.this.time.nanoTime();
			}

			@Override
			public Instant wallTime() {
				return WaitingTests.this.time.wallTime();
			}

			@Override
			public CompletableFuture<@Nullable Void> after(long nanos) {
				CompletableFuture<@Nullable Void> timer = WaitingTests.this.time.after(nanos);
				timers.add(timer);
				return timer;
			}

		};
		ChargeLimiter instance = new ChargeLimiter(this.store, NamedBudgets.NONE, new KillSwitch(true),
				new LimiterFailures(this.time), noted, this.waits, Runnable::run, WaitingThreadLimit.NONE);
		List<Call> calls = List.of(call(instance), call(instance), call(instance), call(instance), call(instance));
		calls.get(3).cancel();
		this.time.advance(STEP);
		calls.get(2).cancel();
		calls.get(4).cancel();

		assertThat(calls).filteredOn(Call::allowed).hasSize(2);
		assertThat(timers).hasSizeGreaterThan(4).allMatch(CompletableFuture::isDone);
	}

	@Test
	void aRefusalByAnotherLimitTakesNoScheduledPermit() {
		LimitHandle few = this.registry.register(Limit.of("few", Rate.parse("1/h")), List.of()).handle();
		assertThat(
				this.charges.acquire(List.of(Charge.of(few, ANN, 1), Charge.of(handle(this.mail), ANN, 1))).isAllowed())
			.isTrue();
		this.time.advance(STEP);

		assertThat(
				this.charges.acquire(List.of(Charge.of(few, ANN, 1), Charge.of(handle(this.mail), ANN, 1))).isAllowed())
			.isFalse();
		assertThat(call(this.mail).allowed()).isTrue();
	}

	@Test
	void twoPacedLimitsAreWaitedForTogether() {
		Limit slow = paced("slow", "1/s", Duration.ofSeconds(5), 10);
		Limit quick = paced("quick", "10/s", Duration.ofSeconds(5), 10);
		List<Call> calls = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			calls.add(call(List.of(Charge.of(handle(slow), ANN, 1), Charge.of(handle(quick), ANN, 1))));
		}
		assertThat(calls).filteredOn(Call::allowed).hasSize(1);
		this.time.advance(Duration.ofSeconds(1));
		assertThat(calls).filteredOn(Call::allowed).hasSize(2);
		this.time.advance(Duration.ofSeconds(1));
		assertThat(calls).allMatch(Call::allowed);
		assertThat(this.charges.waiting()).isZero();
	}

	@Test
	void aLongWaitAtOneLimitDoesNotDelayCallsBehindItAtAnother() {
		Limit everybody = paced("everybody", "10/s", Duration.ofSeconds(2), 100);
		Limit slow = paced("slow", "1/s", Duration.ofSeconds(2), 100);
		Key other = Key.of("bob");
		assertThat(
				call(List.of(Charge.of(handle(everybody), Key.GLOBAL, 1), Charge.of(handle(slow), ANN, 1))).allowed())
			.isTrue();
		Call greedy = call(List.of(Charge.of(handle(everybody), Key.GLOBAL, 1), Charge.of(handle(slow), ANN, 1)));
		Call greedier = call(List.of(Charge.of(handle(everybody), Key.GLOBAL, 1), Charge.of(handle(slow), ANN, 1)));
		Call modest = call(List.of(Charge.of(handle(everybody), Key.GLOBAL, 1), Charge.of(handle(slow), other, 1)));

		assertThat(modest.isDone()).isFalse();
		this.time.advance(STEP.multipliedBy(2));
		assertThat(modest.allowed()).as("behind two turns of everybody's").isTrue();
		assertThat(greedy.isDone()).isFalse();
		this.time.advance(Duration.ofSeconds(1));
		assertThat(greedy.allowed()).isTrue();
		greedier.cancel();
		assertThat(this.charges.waiting()).isZero();
	}

	@Test
	void aCallThatIsCancelledWhenItsPermitIsDueHoldsNothing() {
		Limit brief = paced("brief", "10/s", STEP.minusNanos(1), 10);
		ChargeLimiter other = charges();
		List<Charge> one = List.of(Charge.of(handle(brief), ANN, 1));
		assertThat(new Call(other.acquireAsync(one)).allowed()).isTrue();
		Call refused = new Call(this.charges.acquireAsync(one));
		assertThat(refused.refused()).isTrue();

		this.time.advance(STEP);
		assertThat(new Call(other.acquireAsync(one)).allowed()).isTrue();
		assertThat(this.charges.waiting() + other.waiting()).isZero();
	}

	@Test
	void anErrorOfTheStoreEndsTheCallAndLeavesTheQueueEmpty() {
		LimitStore broken = new FailingStore(() -> new StackOverflowError("deep"));
		ChargeLimiter limiter = new ChargeLimiter(broken, NamedBudgets.NONE, new KillSwitch(true),
				new LimiterFailures(this.time), this.time, RateLimitListener.NONE, Runnable::run,
				WaitingThreadLimit.NONE);

		assertThat(limiter.acquireAsync(List.of(Charge.of(handle(this.mail), ANN, 1)))).isCompletedExceptionally();
		assertThatExceptionOfType(StackOverflowError.class)
			.isThrownBy(() -> limiter.acquire(List.of(Charge.of(handle(this.mail), ANN, 1))));
		assertThat(limiter.waiting()).isZero();
	}

	@Test
	void aLimitInShadowModeLetsNoCallWait() {
		this.registry.get("mail").change((settings) -> settings.withMode(LimitMode.SHADOW));
		for (int i = 0; i < 20; i++) {
			assertThat(call(this.mail).allowed()).isTrue();
		}
		assertThat(this.registry.get("mail").statistics().shadowDenied()).isEqualTo(14);
	}

	@Test
	void aLimitInShadowModeDelaysNoCallThatWaitsForAnother() {
		Limit tried = paced("tried", "1/s", Duration.ofSeconds(5), 100);
		this.registry.get("tried").change((settings) -> settings.withMode(LimitMode.SHADOW));
		List<Call> calls = callsOfBoth(tried, 3);

		this.time.advance(STEP);
		assertThat(calls).filteredOn(Call::allowed).hasSize(2);
		this.time.advance(STEP);

		assertThat(calls).allMatch(Call::allowed);
		assertThat(calls.get(2).decision().scheduledAfterNanos()).isEqualTo(STEP.toNanos());
		assertThat(this.waits.of("mail")).containsExactly(100L, 200L);
		assertThat(this.waits.of("tried")).isEmpty();
		assertThat(call(tried).allowed()).isTrue();
		assertThat(this.waits.of("tried")).as("alone").isEmpty();
	}

	@Test
	void aCallThatALimitInShadowModeWouldAdmitTooLateIsDecidedByTheStore() {
		Limit tried = paced("tried", "10/s", STEP.multipliedBy(3).dividedBy(2), 100);
		this.registry.get("tried").change((settings) -> settings.withMode(LimitMode.SHADOW));
		LimitStore answering = (LimitStore) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { LimitStore.class }, (proxy, method, arguments) -> {
					assertThat(method.getName()).isNotEqualTo("takeUnanswered");
					return method.invoke(this.store, arguments);
				});
		List<Call> calls = callsOfBoth(tried, 3, charges(answering));

		this.time.advance(STEP.multipliedBy(2));

		assertThat(calls).allMatch(Call::allowed);
	}

	@Test
	void instancesAlternateInTheOrderOfTheirFirstCalls() {
		ChargeLimiter other = charges();
		List<Call> here = List.of(call(this.mail), call(this.mail), call(this.mail));
		List<Call> there = List.of(call(other), call(other));

		assertThat(allowed(here, there)).isEqualTo("100 00");
		this.time.advance(STEP);
		assertThat(allowed(here, there)).isEqualTo("110 00");
		this.time.advance(STEP);
		assertThat(allowed(here, there)).isEqualTo("110 10");
		this.time.advance(STEP);
		assertThat(allowed(here, there)).isEqualTo("111 10");
		this.time.advance(STEP);
		assertThat(allowed(here, there)).isEqualTo("111 11");
	}

	@Test
	void theOutputIsSmoothWhateverJoinsCancelsAndLeaves() {
		for (long seed = 0; seed < 20; seed++) {
			assertSmooth(new Random(seed));
		}
	}

	/**
	 * Output in any window of time w is at most 1 + r w, so that gaps are whole periods.
	 */
	private void assertSmooth(Random random) {
		Limit limit = paced("random" + random.nextLong(), "10/s", Duration.ofSeconds(2), 30);
		List<ChargeLimiter> instances = List.of(this.charges, charges(), charges());
		List<Long> output = new ArrayList<>();
		List<Call> open = new ArrayList<>();
		long start = this.time.nanoTime();
		for (int step = 0; step < 2000; step++) {
			if (random.nextInt(3) > 0) {
				Call call = new Call(
						instances.get(random.nextInt(3)).acquireAsync(List.of(Charge.of(handle(limit), ANN, 1))));
				call.future.thenAccept((decision) -> {
					if (decision.isAllowed()) {
						output.add(this.time.nanoTime() - start);
					}
				});
				open.add(call);
			}
			else if (random.nextInt(4) == 0 && !open.isEmpty()) {
				open.remove(random.nextInt(open.size())).cancel();
			}
			else {
				this.time.advance(Duration.ofMillis(random.nextInt(300)));
			}
			open.removeIf(Call::isDone);
		}
		for (int first = 0; first < output.size(); first++) {
			for (int last = first; last < Math.min(output.size(), first + 40); last++) {
				long window = output.get(last) - output.get(first);
				assertThat(last - first + 1L).as("calls in %d ns", window)
					.isLessThanOrEqualTo(1 + window / 100_000_000);
			}
		}
		long seconds = TimeUnit.NANOSECONDS.toSeconds(this.time.nanoTime() - start);
		assertThat(output.size()).as("calls in %d s", seconds).isGreaterThan((int) (9 * seconds));
		open.forEach(Call::cancel);
		instances.forEach((instance) -> assertThat(instance.waiting()).isZero());
	}

	@Test
	@Timeout(30)
	void anInterruptedThreadGivesItsTicketBackAndStaysInterrupted() throws InterruptedException {
		ChargeLimiter real = real();
		Limit hourly = paced("hourly", "1/h", Duration.ofHours(3), 10);
		assertThat(real.acquire(List.of(Charge.of(handle(hourly), ANN, 1))).isAllowed()).isTrue();
		CountDownLatch refused = new CountDownLatch(1);
		Thread waiting = new Thread(() -> {
			Decision decision = real.acquire(List.of(Charge.of(handle(hourly), ANN, 1)));
			if (!decision.isAllowed() && Thread.currentThread().isInterrupted()) {
				refused.countDown();
			}
		});
		waiting.start();
		while (waiting.getState() != Thread.State.WAITING) {
			Thread.onSpinWait();
		}
		waiting.interrupt();

		assertThat(refused.await(10, TimeUnit.SECONDS)).isTrue();
		CompletableFuture<Decision> next = real.acquireAsync(List.of(Charge.of(handle(hourly), ANN, 1)));
		assertThat(next).isNotDone();
		next.cancel(true);
	}

	@Test
	@Timeout(30)
	void realCallsWaitForRealTime() {
		ChargeLimiter real = real();
		// a busy machine holds calls up
		Limit patient = paced("patient", "10/s", Duration.ofSeconds(20), 100);
		long start = System.nanoTime();
		List<CompletableFuture<Decision>> later = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			later.add(real.acquireAsync(List.of(Charge.of(handle(patient), ANN, 1))));
		}
		assertThat(real.acquire(List.of(Charge.of(handle(patient), ANN, 1))).isAllowed()).isTrue();

		assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
		assertThat(later).allMatch((future) -> future.join().isAllowed());
	}

	private static ChargeLimiter real() {
		return new ChargeLimiter(new MemoryStore(TimeSource.system(), 10), NamedBudgets.NONE, new KillSwitch(true),
				new LimiterFailures(TimeSource.system()), TimeSource.system(), RateLimitListener.NONE,
				WaitingThreadLimit.NONE);
	}

	private ChargeLimiter charges() {
		return charges(this.store);
	}

	private ChargeLimiter charges(LimitStore store) {
		return new ChargeLimiter(store, NamedBudgets.NONE, new KillSwitch(true), new LimiterFailures(this.time),
				this.time, this.waits, Runnable::run, WaitingThreadLimit.NONE);
	}

	private Limit paced(String name, String rate, Duration maxWait, int maxWaiting) {
		Limit limit = Limit.named(name).rates(Rate.parse(rate)).maxWait(maxWait, maxWaiting).build();
		return this.registry.register(limit, List.of()).limit();
	}

	private Call call(Limit limit) {
		return call(limit, ANN);
	}

	private Call call(Limit limit, Key key) {
		return call(List.of(Charge.of(handle(limit), key, 1)));
	}

	private Call call(List<Charge> charges) {
		return new Call(this.charges.acquireAsync(charges));
	}

	private List<Call> callsOfBoth(Limit tried, int count) {
		return callsOfBoth(tried, count, this.charges);
	}

	private List<Call> callsOfBoth(Limit tried, int count, ChargeLimiter instance) {
		List<Call> calls = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			calls.add(new Call(instance
				.acquireAsync(List.of(Charge.of(handle(tried), ANN, 1), Charge.of(handle(this.mail), ANN, 1)))));
		}
		return calls;
	}

	private Call call(ChargeLimiter instance) {
		return new Call(instance.acquireAsync(List.of(Charge.of(handle(this.mail), ANN, 1))));
	}

	private static String allowed(List<Call> here, List<Call> there) {
		StringBuilder text = new StringBuilder();
		here.forEach((call) -> text.append(call.allowed() ? '1' : '0'));
		text.append(' ');
		there.forEach((call) -> text.append(call.allowed() ? '1' : '0'));
		return text.toString();
	}

	private record Call(CompletableFuture<Decision> future) {

		boolean isDone() {
			return this.future.isDone();
		}

		Decision decision() {
			return this.future.join();
		}

		boolean allowed() {
			return isDone() && !this.future.isCancelled() && decision().isAllowed();
		}

		boolean refused() {
			return isDone() && !decision().isAllowed();
		}

		void cancel() {
			this.future.cancel(false);
		}

	}

	private static final class WaitTimes implements RateLimitListener {

		private final List<String> waits = new ArrayList<>();

		private Runnable onWait = () -> {
		};

		@Override
		public void waited(RegisteredLimit limit, long nanos) {
			this.onWait.run();
			this.waits.add(limit.limit().name() + " " + TimeUnit.NANOSECONDS.toMillis(nanos));
		}

		List<Long> of(String limit) {
			return this.waits.stream()
				.filter((wait) -> wait.startsWith(limit + " "))
				.map((wait) -> Long.valueOf(wait.substring(limit.length() + 1)))
				.toList();
		}

	}

	private LimitHandle handle(Limit limit) {
		return this.registry.get(limit.name()).handle();
	}

}
