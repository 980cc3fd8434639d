package io.github.ratelimit.limiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.ratelimit.Decision;
import io.github.ratelimit.InvalidRateException;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Penalty;
import io.github.ratelimit.Permit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.queue.WaitingThreadLimit;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.memory.MemoryStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Keys that are refused too often, and limits that are only tried out.
 */
class BansTests {

	private final ManualTime time = new ManualTime();

	private final LimitRegistry registry = new LimitRegistry();

	private final LimitStore store = new MemoryStore(this.time, 100);

	private final KillSwitch killSwitch = new KillSwitch(true);

	private final List<String> bans = new ArrayList<>();

	private int notBanned;

	private final ChargeLimiter charges = new ChargeLimiter(this.store, NamedBudgets.NONE, this.killSwitch,
			new LimiterFailures(this.time), this.time, new RateLimitListener() {

				@Override
				public void banned(RegisteredLimit limit, Key key, Duration ban) {
					BansTests.this.bans.add(limit.limit().name() + " " + key.masked() + " " + ban);
				}

				@Override
				public void notBanned(RegisteredLimit limit, Key key) {
					BansTests.this.notBanned++;
				}

			}, WaitingThreadLimit.NONE);

	private final RateLimiter limiter = new StoreRateLimiter(this.registry, NamedBudgets.NONE, this.charges);

	private final RegisteredLimit chat = this.registry.register(LimitSettings.of(Limit.of("chat", Rate.parse("10/s")))
		.withPenalty(new Penalty(3, Duration.ofMinutes(10), Duration.ofHours(1))), List.of());

	@Test
	void aKeyThatIsRefusedTooOftenIsBannedForAWhile() {
		exhaust("ann");
		assertThat(refuse("ann").isBanned()).isFalse();
		this.time.advance(Duration.ofMinutes(1));
		exhaust("ann");
		refuse("ann");
		assertThat(this.bans).isEmpty();
		refuse("ann");

		assertThat(this.bans).containsExactly("chat " + Key.of("ann").masked() + " PT1H");
		this.time.advance(Duration.ofSeconds(10));
		LimitDecision banned = refuse("ann");
		assertThat(banned.isBanned()).isTrue();
		assertThat(banned.retryAfter()).isEqualTo(Duration.ofHours(1).minusSeconds(10));
		assertThat(banned.remaining()).as("its permits are there").isEqualTo(10);
		this.time.advance(Duration.ofHours(1).minusSeconds(10).minusNanos(1));
		assertThat(refuse("ann").isBanned()).isTrue();
		this.time.advance(Duration.ofNanos(1));
		assertThat(this.limiter.tryAcquire("chat", "ann").isAllowed()).isTrue();
		assertThat(this.bans).hasSize(1);
	}

	@Test
	void refusalsThatAreLongAgoDoNotCount() {
		for (int i = 0; i < 10; i++) {
			exhaust("ann");
			assertThat(refuse("ann").isBanned()).isFalse();
			this.time.advance(Duration.ofMinutes(5));
		}
		assertThat(this.bans).isEmpty();
	}

	@Test
	void anInterruptedWaitIsNoRefusalOfTheLimit() {
		RegisteredLimit mail = this.registry.register(
				LimitSettings.of(Limit.named("mail").rates(Rate.parse("1/h")).maxWait(Duration.ofHours(2), 10).build())
					.withPenalty(new Penalty(2, Duration.ofMinutes(10), Duration.ofHours(1))),
				List.of());
		assertThat(this.limiter.acquire("mail", "ann").isAllowed()).isTrue();
		for (int i = 0; i < 3; i++) {
			Thread.currentThread().interrupt();
			assertThat(this.limiter.acquire("mail", "ann").isAllowed()).isFalse();
			assertThat(Thread.interrupted()).isTrue();
		}

		assertThat(this.bans).isEmpty();
		assertThat(mail.statistics().denied()).isZero();
		assertThat(mail.statistics().allowed()).isEqualTo(1);
	}

	@Test
	void othersAreNotBanned() {
		ban("ann");

		assertThat(this.limiter.tryAcquire("chat", "bob").isAllowed()).isTrue();
		assertThat(refuse("ann").isBanned()).isTrue();
	}

	@Test
	void aFloodOfBannedKeysEndsNoBan() {
		ban("ann");
		for (int i = 0; i < 150; i++) {
			ban("invented" + i);
		}
		assertThat(refuse("ann").isBanned()).isTrue();
		assertThat(refuse("invented98").isBanned()).isTrue();
		assertThat(this.bans).hasSize(100);
		assertThat(this.notBanned).as("for which there was no room").isEqualTo(51);

		this.time.advance(Duration.ofHours(1));
		ban("bob");
		assertThat(refuse("bob").isBanned()).isTrue();
	}

	@Test
	void aFloodOfRefusedKeysForgetsNoRefusals() {
		exhaust("ann");
		refuse("ann");
		refuse("ann");
		for (int i = 0; i < 1_000; i++) {
			this.time.advance(Duration.ofMillis(1));
			exhaust("invented" + i);
			refuse("invented" + i);
		}
		this.time.advance(Duration.ofSeconds(2));
		exhaust("ann");
		refuse("ann");
		assertThat(this.bans).containsExactly("chat " + Key.of("ann").masked() + " PT1H");
	}

	@Test
	void aCallThatIsRefusedForUndecidedOnesIsNoReasonForABan() {
		List<Permit> undecided = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			undecided.add(this.charges.tryAcquire(login("ann")).permit());
		}
		for (int i = 0; i < 20; i++) {
			LimitDecision refused = this.charges.tryAcquire(login("ann")).limits().get(0);
			assertThat(refused.isRefused()).isTrue();
			assertThat(refused.retryAfterNanos()).isLessThanOrEqualTo(Duration.ofSeconds(1).toNanos());
		}
		undecided.remove(0).giveBack();
		undecided.remove(0).close();
		assertThat(this.charges.tryAcquire(login("ann")).isAllowed()).as("what was given back").isTrue();
		undecided.forEach(Permit::close);
		for (int i = 0; i < 3; i++) {
			assertThat(this.bans).isEmpty();
			assertThat(this.charges.tryAcquire(login("ann")).isAllowed()).as("one is undecided still").isFalse();
		}
		assertThat(this.bans).isEmpty();
	}

	@Test
	void refusalsAreReasonsAgainWhenAllAreDecided() throws Exception {
		for (int i = 0; i < 10; i++) {
			this.charges.tryAcquire(login("ann")).permit().close();
		}
		TestThreads.run(8, (thread) -> {
			for (int i = 0; i < 10; i++) {
				assertThat(this.charges.tryAcquire(login("ann")).isAllowed()).isFalse();
			}
		});
		assertThat(refuse("ann").isBanned()).isTrue();
		assertThat(this.charges.pending()).isZero();
	}

	private Charge login(String key) {
		return Charge.of(this.chat.handle(), Key.of(key), 1).pending();
	}

	@Test
	void aBanRefusesTheWholeCallAndTakesNothingOfItsOtherLimits() {
		LimitHandle tokens = this.registry.register(Limit.of("tokens", Rate.parse("100/min")), List.of()).handle();
		ban("ann");
		Decision refused = this.charges
			.tryAcquire(List.of(Charge.of(tokens, Key.of("ann"), 60), Charge.of(this.chat.handle(), Key.of("ann"), 1)));

		assertThat(refused.isAllowed()).isFalse();
		assertThat(refused.limits()).hasSize(2);
		assertThat(refused.violated()).singleElement().matches(LimitDecision::isBanned);
		assertThat(this.limiter.tryAcquire("tokens", "ann", 100).isAllowed()).isTrue();
		assertThat(new RateLimitExceededException(refused)).hasMessageContaining("banned");
	}

	@Test
	void inShadowModeNoCallIsStoppedAndEveryCallIsCounted() {
		this.chat.change((settings) -> settings.withMode(LimitMode.SHADOW));
		for (int i = 0; i < 20; i++) {
			Decision decision = this.limiter.tryAcquire("chat", "ann");
			assertThat(decision.isAllowed()).isTrue();
			assertThat(decision.violated()).isEmpty();
		}
		assertThat(this.bans).hasSize(1);
		assertThat(this.chat.statistics().shadowDenied()).isEqualTo(10);
		assertThat(this.chat.statistics().denied()).isZero();
		assertThat(this.chat.statistics().allowed()).isEqualTo(10);

		this.chat.change((settings) -> settings.withMode(LimitMode.ENFORCE));
		assertThat(refuse("ann").isBanned()).isTrue();
	}

	@Test
	void aBannedCallInShadowHoldsNothing() {
		RegisteredLimit slots = this.registry.register(LimitSettings.of(Limit.named("slots").maxConcurrent(2).build())
			.withPenalty(new Penalty(1, Duration.ofMinutes(10), Duration.ofHours(1))), List.of());
		slots.change((settings) -> settings.withMode(LimitMode.SHADOW));
		List<Permit> held = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			held.add(this.limiter.tryAcquire("slots", "ann").permit());
		}
		assertThat(this.bans).hasSize(1);
		held.forEach(Permit::close);
		for (int i = 0; i < 5; i++) {
			this.limiter.tryAcquire("slots", "ann").permit().close();
		}
		assertThat(this.store.take(Charge.of(slots.handle(), Key.of("ann"), 0)).remaining()).isEqualTo(2);
	}

	@Test
	void aLimitInShadowNeitherStopsNorIsSparedByTheOthers() {
		LimitHandle few = this.registry.register(Limit.of("few", Rate.parse("1/h")), List.of()).handle();
		this.registry.get("few").change((settings) -> settings.withMode(LimitMode.SHADOW));
		List<Charge> both = List.of(Charge.of(few, Key.of("ann"), 1), Charge.of(this.chat.handle(), Key.of("ann"), 4));

		assertThat(this.charges.tryAcquire(both).isAllowed()).isTrue();
		Decision tried = this.charges.tryAcquire(both);
		assertThat(tried.isAllowed()).isTrue();
		assertThat(tried.limits()).extracting(LimitDecision::isViolated).containsExactly(true, false);
		assertThat(this.charges.tryAcquire(both).isAllowed()).as("chat has 2 left").isFalse();
		assertThat(this.registry.get("few").statistics().shadowDenied()).isEqualTo(2);
		tried.permit().giveBack();
		assertThat(this.store.take(Charge.of(few, Key.of("ann"), 0)).remaining()).isZero();
	}

	@Test
	void theGlobalShadowIsOverAllLimits() {
		this.killSwitch.set(true, LimitMode.SHADOW);
		for (int i = 0; i < 50; i++) {
			assertThat(this.limiter.tryAcquire("chat", "ann").isAllowed()).isTrue();
		}
		this.killSwitch.set(true, LimitMode.ENFORCE);
		assertThat(refuse("ann").isBanned()).isTrue();
	}

	@Test
	void aKeyThatIsBlockedIsRefusedWithoutAPenaltyToo() {
		RegisteredLimit mail = this.registry.register(LimitSettings
			.of(Limit.named("mail").rates(Rate.parse("1/s")).maxWait(Duration.ofMinutes(1), 10).build())
			.withBlockable(true), List.of());
		this.store.block(mail.handle(), Key.of("ann"), this.time.wallTime().plusSeconds(30));
		Charge charge = Charge.of(mail.handle(), Key.of("ann"), 1);
		for (Decision decision : List.of(this.charges.tryAcquire(charge), this.charges.acquire(List.of(charge)))) {
			assertThat(decision.isAllowed()).isFalse();
			assertThat(decision.limits()).singleElement().matches(LimitDecision::isBanned);
			assertThat(decision.retryAfter()).isEqualTo(Duration.ofSeconds(30));
		}
		assertThat(mail.statistics().denied()).isEqualTo(2);
		this.time.advance(Duration.ofSeconds(30));
		assertThat(this.charges.tryAcquire(charge).isAllowed()).isTrue();
		assertThat(this.bans).isEmpty();
	}

	@Test
	void aPenaltyThatCannotBeCountedIsRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new Penalty(0, Duration.ofMinutes(1), Duration.ofHours(1)))
			.withMessageContaining("0 denials");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new Penalty(20_000, Duration.ofMinutes(1), Duration.ofHours(1)))
			.withMessageContaining("10000");
		assertThatExceptionOfType(InvalidRateException.class)
			.isThrownBy(() -> new Penalty(5, Duration.ZERO, Duration.ofHours(1)));
		assertThatExceptionOfType(InvalidRateException.class)
			.isThrownBy(() -> new Penalty(5, Duration.ofMinutes(1), Duration.ofNanos(5)));
	}

	private void ban(String key) {
		exhaust(key);
		refuse(key);
		refuse(key);
		refuse(key);
		this.time.advance(Duration.ofSeconds(2));
	}

	private void exhaust(String key) {
		assertThat(this.limiter.tryAcquire("chat", key, 10).isAllowed()).isTrue();
	}

	private LimitDecision refuse(String key) {
		Decision decision = this.limiter.tryAcquire("chat", key);
		assertThat(decision.isAllowed()).isFalse();
		return decision.limits().get(0);
	}

}
