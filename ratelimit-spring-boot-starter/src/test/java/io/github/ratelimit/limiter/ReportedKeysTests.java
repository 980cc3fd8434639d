package io.github.ratelimit.limiter;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.ratelimit.Decision;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.queue.WaitingThreadLimit;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.memory.MemoryStore;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a listener is told of denials and of keys that are near their limit. */
class ReportedKeysTests {

	private static final Duration SECOND = Duration.ofSeconds(1);

	private final ManualTime time = new ManualTime();

	private final LimitRegistry registry = new LimitRegistry();

	private final List<String> told = new CopyOnWriteArrayList<>();

	private final ChargeLimiter charges = charges(new Recorder());

	private final RateLimiter limiter = limiter(this.charges);

	/** Kept, so that no compiler removes its allocation. */
	private volatile Decision last = Decision.unlimited();

	@Test
	void aDenialIsToldOnceASecondWithTheNumberOfThoseLeftOut() {
		register("login", "1/d");
		call("login", "ann", 4);
		assertThat(this.told).containsExactly("login ann denied, 0 left out");

		this.time.advance(SECOND.minusNanos(1));
		call("login", "ann", 5);
		assertThat(this.told).hasSize(1);

		this.time.advance(Duration.ofNanos(1));
		call("login", "ann", 3);
		assertThat(this.told).containsExactly("login ann denied, 0 left out", "login ann denied, 7 left out");

		this.time.advance(Duration.ofDays(1).minusSeconds(1));
		call("login", "ann", 2);
		assertThat(this.told.get(2)).isEqualTo("login ann denied, 2 left out");
	}

	@Test
	void keysAndLimitsAreToldOfSeparately() {
		RegisteredLimit login = register("login", "1/d");
		RegisteredLimit chat = register("chat", "1/d");
		for (int i = 0; i < 3; i++) {
			for (String key : List.of("ann", "bob")) {
				this.charges.tryAcquire(
						List.of(Charge.of(login.handle(), Key.of(key), 1), Charge.of(chat.handle(), Key.of(key), 1)));
			}
		}
		assertThat(this.told).containsExactlyInAnyOrder("login ann denied, 0 left out", "chat ann denied, 0 left out",
				"login bob denied, 0 left out", "chat bob denied, 0 left out");
	}

	@Test
	void aLimitInShadowModeDeniesNothing() {
		this.registry.register(LimitSettings.of(Limit.of("login", Rate.parse("1/d"))).withMode(LimitMode.SHADOW),
				List.of());
		call("login", "ann", 5);
		assertThat(this.told).isEmpty();
	}

	@Test
	void denialsOfManyThreadsAreToldOnceASecondAndNoneIsLost() throws Exception {
		register("login", "1/365d");
		call("login", "ann", 1);
		int denials = 0;
		for (int round = 0; round < 20; round++) {
			TestThreads.run(4, (thread) -> call("login", "ann", 500));
			denials += 2000;
			assertThat(this.told).hasSize(round + 1);
			this.time.advance(SECOND);
		}
		call("login", "ann", 1);
		int leftOut = this.told.stream().mapToInt((line) -> Integer.parseInt(line.split(" ")[3])).sum();
		assertThat(leftOut + this.told.size()).isEqualTo(denials + 1);
	}

	@Test
	void aFloodOfKeysIsToldOfInPartAndTakesNoMoreMemory() {
		register("login", "1/d");
		for (int i = 0; i < 20_000; i++) {
			call("login", "caller-" + i, 2);
		}
		assertThat(this.told).hasSizeBetween(ReportedKeys.SIZE / 2, ReportedKeys.SIZE).doesNotHaveDuplicates();

		int before = this.told.size();
		this.time.advance(SECOND);
		call("login", "caller-19999", 1);
		assertThat(this.told).hasSize(before + 1);
	}

	@Test
	void aKeyIsNearItsLimitOnceUntilItHasRecovered() {
		register("chat", "10/s");
		call("chat", "ann", 7);
		assertThat(this.told).isEmpty();
		call("chat", "ann", 3);
		assertThat(this.told).containsExactly("chat ann near, 2 left");

		this.time.advance(Duration.ofMillis(300));
		call("chat", "ann", 3);
		this.time.advance(Duration.ofMillis(500));
		call("chat", "ann", 5);
		assertThat(this.told).hasSize(1);

		this.time.advance(Duration.ofMillis(700));
		call("chat", "ann", 1);
		assertThat(this.told).hasSize(1);
		call("chat", "ann", 6);
		assertThat(this.told).containsExactly("chat ann near, 2 left", "chat ann near, 2 left");
	}

	@Test
	void aCallThatTakesMostOfTheLimitIsToldEachTimeTheKeyHadRecovered() {
		register("tokens", "1000/s");
		for (int i = 0; i < 3; i++) {
			this.limiter.tryAcquire("tokens", "ann", 900);
			this.limiter.tryAcquire("tokens", "ann", 50);
			this.time.advance(SECOND);
		}
		assertThat(this.told).containsExactly("tokens ann near, 100 left", "tokens ann near, 100 left",
				"tokens ann near, 100 left");
	}

	@Test
	void theRateThatIsNearlyUsedUpIsTold() {
		register("chat", "10/s, 100/d");
		for (int i = 0; i < 90; i++) {
			call("chat", "ann", 1);
			this.time.advance(SECOND);
		}
		assertThat(this.told).containsExactly("chat ann near, 20 left");
	}

	@Test
	void aSmallRateDoesNotHideThatALargerOneIsNearlyUsedUp() {
		register("chat", "1/s, 10/h");
		for (int i = 0; i < 10; i++) {
			call("chat", "ann", 1);
			this.time.advance(SECOND);
		}
		assertThat(this.told).containsExactly("chat ann near, 2 left");
	}

	@Test
	void aRateThatIsOftenNearlyUsedUpDoesNotHideThatALongerOneIs() {
		register("chat", "5/s, 50/d");
		for (int i = 0; i < 10; i++) {
			call("chat", "ann", 5);
			this.time.advance(SECOND);
		}
		assertThat(this.told).hasSize(11).containsOnlyOnce("chat ann near, 10 left");
	}

	@Test
	void ratesThatOneCallNearlyUsesUpAreToldSeparately() {
		register("tokens", "1000/min, 1100/d");
		this.limiter.tryAcquire("tokens", "ann", 900);
		this.limiter.tryAcquire("tokens", "ann", 50);
		assertThat(this.told).containsExactly("tokens ann near, 100 left", "tokens ann near, 200 left");
	}

	@Test
	void smallAndPacedLimitsAreNeverNear() {
		register("small", "4/min");
		this.registry.register(
				Limit.named("paced").rates(Rate.parse("10/s")).maxWait(Duration.ofSeconds(10), 10).build(), List.of());
		call("small", "ann", 4);
		call("paced", "ann", 1);
		assertThat(this.told).isEmpty();
	}

	@Test
	void aFloodOfKeysThatAreNearTheirLimitTakesNoMoreMemory() {
		register("chat", "5/h");
		for (int i = 0; i < 20_000; i++) {
			call("chat", "caller-" + i, 4);
		}
		assertThat(this.told).hasSizeBetween(ReportedKeys.SIZE / 2, ReportedKeys.SIZE).doesNotHaveDuplicates();

		this.told.clear();
		this.time.advance(Duration.ofHours(1));
		for (int i = 0; i < 100; i++) {
			call("chat", "another-" + i, 4);
		}
		assertThat(this.told).hasSize(100);
	}

	@Test
	void aListenerThatWantsNothingIsToldNothing() {
		register("chat", "10/s");
		RateLimiter quiet = limiter(charges(new Recorder() {

			@Override
			public boolean wantsDenials() {
				return false;
			}

			@Override
			public boolean wantsNearLimits() {
				return false;
			}

		}));
		for (int i = 0; i < 12; i++) {
			quiet.tryAcquire("chat", "ann");
		}
		assertThat(this.told).isEmpty();
	}

	@Test
	void noListenerIsAskedAboutACallThatLeavesMoreThanAFifth() {
		register("chat", "10/d");
		AtomicInteger asked = new AtomicInteger();
		RateLimiter watched = limiter(charges(new RateLimitListener() {

			@Override
			public boolean wantsNearLimits() {
				asked.incrementAndGet();
				return false;
			}

		}));
		for (int i = 0; i < 7; i++) {
			watched.tryAcquire("chat", "ann");
		}
		assertThat(asked).hasValue(0);

		watched.tryAcquire("chat", "ann");
		assertThat(asked).hasValue(1);
	}

	@Test
	void aListenerThatFailsAffectsNoCall() {
		register("chat", "5/d");
		AtomicInteger calls = new AtomicInteger();
		RateLimiter failing = limiter(charges(new RateLimitListener() {

			@Override
			public void denied(RegisteredLimit limit, LimitDecision decision, long leftOut) {
				calls.incrementAndGet();
				throw new IllegalStateException("broken on purpose");
			}

			@Override
			public void nearLimit(RegisteredLimit limit, LimitDecision decision, int rate) {
				calls.incrementAndGet();
				throw new NoClassDefFoundError("broken on purpose");
			}

		}));
		for (int i = 0; i < 5; i++) {
			assertThat(failing.tryAcquire("chat", "ann").isAllowed()).isTrue();
		}
		assertThat(failing.tryAcquire("chat", "ann").isAllowed()).isFalse();
		assertThat(calls).hasValue(2);
	}

	@Test
	void anAllowedCallAllocatesNothingForItsListener() {
		register("chat", "1000000/s");
		long quiet = allocated(limiter(charges(RateLimitListener.NONE)));
		long watched = allocated(this.limiter);
		assertThat(watched - quiet).as("bytes of 10,000 calls, " + quiet + " without a listener").isLessThan(10_000);
		assertThat(this.last.isAllowed()).isTrue();
		assertThat(this.told).isEmpty();
	}

	private long allocated(RateLimiter limiter) {
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		long thread = Thread.currentThread().getId();
		long least = Long.MAX_VALUE;
		for (int round = 0; round < 5; round++) {
			long before = threads.getThreadAllocatedBytes(thread);
			for (int i = 0; i < 10_000; i++) {
				this.last = limiter.tryAcquire("chat", "ann");
			}
			least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
		}
		return least;
	}

	private void call(String limit, String key, int times) {
		for (int i = 0; i < times; i++) {
			this.limiter.tryAcquire(limit, key);
		}
	}

	private RegisteredLimit register(String name, String rates) {
		return this.registry.register(Limit.of(name, Rate.parseAll(rates)), List.of());
	}

	private RateLimiter limiter(ChargeLimiter charges) {
		return new StoreRateLimiter(this.registry, NamedBudgets.NONE, charges);
	}

	private ChargeLimiter charges(RateLimitListener listener) {
		return new ChargeLimiter(new MemoryStore(this.time, 100_000), NamedBudgets.NONE, new KillSwitch(true),
				new LimiterFailures(this.time), this.time, listener, WaitingThreadLimit.NONE);
	}

	private class Recorder implements RateLimitListener {

		@Override
		public void denied(RegisteredLimit limit, LimitDecision decision, long leftOut) {
			ReportedKeysTests.this.told
				.add(limit.name() + " " + decision.key().text() + " denied, " + leftOut + " left out");
		}

		@Override
		public void nearLimit(RegisteredLimit limit, LimitDecision decision, int rate) {
			ReportedKeysTests.this.told
				.add(limit.name() + " " + decision.key().text() + " near, " + decision.remaining(rate) + " left");
		}

	}

}
