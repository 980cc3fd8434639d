package io.github.ratelimit.limiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.ratelimit.CapturedLog;
import io.github.ratelimit.Decision;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.UnknownLimitException;
import io.github.ratelimit.permit.StoreDecision;
import io.github.ratelimit.queue.WaitingThreadLimit;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitStatistics;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.FailingStore;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.memory.MemoryStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * The limiter as an application calls it.
 */
class StoreRateLimiterTests {

	private static final Key ANN = Key.of("ann");

	private final ManualTime time = new ManualTime();

	private final LimitRegistry registry = new LimitRegistry();

	private final KillSwitch killSwitch = new KillSwitch(true);

	private final LimitStore store = new MemoryStore(this.time, 100);

	private final ChargeLimiter charges = charges(this.store);

	private final RateLimiter limiter = limiter(this.charges);

	private final Limit chat = register("chat", "2/min");

	private final Limit tokens = register("tokens", "100/min");

	private final Limit login = register("login", "5/15min");

	@Test
	void permitsAreTakenUntilNoneIsLeft() {
		assertThat(this.limiter.tryAcquire("chat", "ann").isAllowed()).isTrue();
		assertThat(this.limiter.tryAcquire("chat", "ann").isAllowed()).isTrue();
		Decision refused = this.limiter.tryAcquire("chat", "ann");

		assertThat(refused.isAllowed()).isFalse();
		assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(30));
		assertThat(this.limiter.tryAcquire("chat", "bob").isAllowed()).isTrue();
		this.time.advance(Duration.ofSeconds(30));
		assertThat(this.limiter.tryAcquire("chat", "ann").isAllowed()).isTrue();
	}

	@Test
	void severalPermitsAreTakenTogetherOrNot() {
		assertThat(this.limiter.tryAcquire("tokens", "ann", 70).isAllowed()).isTrue();
		assertThat(this.limiter.tryAcquire("tokens", "ann", 31).isAllowed()).isFalse();
		assertThat(this.limiter.tryAcquire("tokens", "ann", 30).isAllowed()).isTrue();
		assertThat(this.limiter.tryAcquire("tokens", "ann", 0).isAllowed()).isTrue();
		assertThat(this.limiter.tryAcquire("tokens", "ann", 101).violated().get(0).isNeverPayable()).isTrue();
	}

	@Test
	void badArgumentsAreRefused() {
		assertThatExceptionOfType(UnknownLimitException.class).isThrownBy(() -> this.limiter.tryAcquire("chatt", "a"))
			.withMessageContaining("Did you mean 'chat'?");
		assertThatIllegalArgumentException().isThrownBy(() -> this.limiter.tryAcquire("chat", ""));
		assertThatIllegalArgumentException().isThrownBy(() -> this.limiter.tryAcquire("chat", "ann", -1));
		assertThat(remaining(this.chat)).isEqualTo(2);
		assertThat(this.limiter.limit("chat")).isSameAs(this.chat);
	}

	@Test
	void switchedOffEverythingIsAllowedAndNothingCounted() {
		this.killSwitch.set(false, LimitMode.ENFORCE);
		for (int i = 0; i < 10; i++) {
			assertThat(this.limiter.tryAcquire("chat", "ann").isAllowed()).isTrue();
			assertThat(this.charges
				.tryAcquire(List.of(Charge.of(handle(this.chat), ANN, 9), Charge.of(handle(this.login), ANN, 9)))
				.isAllowed()).isTrue();
		}
		assertThat(this.limiter.tryAcquire("chat", "ann").limits()).isEmpty();
		assertThat(statistics("chat")).isEqualTo("0 0 0");

		this.killSwitch.set(true, LimitMode.ENFORCE);
		assertThat(remaining(this.chat)).isEqualTo(2);
	}

	@Test
	void whatAChangeOfTheSwitchReleasesIsLimitedAsTheSwitchSays() {
		KillSwitch other = new KillSwitch(true);
		AtomicReference<ChargeLimiter> created = new AtomicReference<>();
		List<Boolean> allowed = new ArrayList<>();
		other
			.whenChanged(() -> allowed.add(created.get().tryAcquire(Charge.of(handle(this.chat), ANN, 3)).isAllowed()));
		created.set(charges(this.store, other));

		other.set(false, LimitMode.ENFORCE);
		other.set(true, LimitMode.ENFORCE);
		other.set(true, LimitMode.SHADOW);
		assertThat(allowed).containsExactly(true, false, true);
	}

	@Test
	void nothingToPayIsAllowed() {
		assertThat(this.charges.tryAcquire(List.of()).isAllowed()).isTrue();
		assertThat(this.charges.tryAcquire(List.of()).limits()).isEmpty();
	}

	@Test
	void theSameBucketTwiceIsChargedOnceWithTheLargerCost() {
		Decision decision = this.charges
			.tryAcquire(List.of(Charge.of(handle(this.tokens), ANN, 3), Charge.of(handle(this.login), ANN, 1),
					Charge.of(handle(this.tokens), ANN, 10), Charge.of(handle(this.tokens), ANN, 7)));

		assertThat(decision.isAllowed()).isTrue();
		assertThat(StoreDecision.chargesOf(decision)).extracting((limit) -> limit.charge().permits())
			.containsExactly(10L, 1L);
		assertThat(remaining(this.tokens)).isEqualTo(90);
		assertThat(remaining(this.login)).isEqualTo(4);
		assertThat(statistics("tokens")).isEqualTo("1 0 0");

		this.charges
			.tryAcquire(List.of(Charge.of(handle(this.tokens), ANN, 4), Charge.of(handle(this.tokens), ANN, 4)));
		assertThat(remaining(this.tokens)).isEqualTo(86);
	}

	@Test
	void sameLimitOfOtherKeysIsChargedForEach() {
		Decision decision = this.charges.tryAcquire(List.of(Charge.of(handle(this.chat), ANN, 1),
				Charge.of(handle(this.chat), Key.of("user", "ann"), 2), Charge.of(handle(this.chat), Key.GLOBAL, 1)));

		assertThat(decision.limits()).extracting(LimitDecision::remaining).containsExactly(1L, 0L, 1L);
		assertThat(statistics("chat")).isEqualTo("3 0 0");
	}

	@Test
	void aRefusalChargesNothingAndCountsOnlyWhereItWasRefused() {
		take(this.chat, 2);
		Decision refused = this.charges.tryAcquire(List.of(Charge.of(handle(this.tokens), ANN, 50),
				Charge.of(handle(this.chat), ANN, 1), Charge.of(handle(this.login), ANN, 1)));

		assertThat(refused.isAllowed()).isFalse();
		assertThat(refused.violated()).extracting((limit) -> limit.limit().name()).containsExactly("chat");
		assertThat(refused.limits()).extracting(LimitDecision::remaining).containsExactly(100L, 0L, 5L);
		assertThat(statistics("chat")).isEqualTo("1 1 0");
		assertThat(statistics("tokens")).isEqualTo("0 0 0");
		assertThat(statistics("login")).isEqualTo("0 0 0");
		assertThat(remaining(this.tokens)).isEqualTo(100);
		assertThat(remaining(this.login)).isEqualTo(5);
	}

	@Test
	void everyCallIsCountedOnceForEachLimit() {
		for (int i = 0; i < 3; i++) {
			this.limiter.tryAcquire("chat", "ann");
		}
		this.charges
			.tryAcquire(List.of(Charge.of(handle(this.tokens), ANN, 60), Charge.of(handle(this.login), ANN, 1)));
		this.charges
			.tryAcquire(List.of(Charge.of(handle(this.tokens), ANN, 60), Charge.of(handle(this.login), ANN, 5)));
		this.charges.tryAcquire(List.of(Charge.of(handle(this.tokens), ANN, 60)));

		assertThat(statistics("chat")).isEqualTo("2 1 0");
		assertThat(statistics("tokens")).isEqualTo("1 2 0");
		assertThat(statistics("login")).isEqualTo("1 1 0");
	}

	@Test
	void thePermitGivesEverythingBack() {
		Decision decision = this.charges
			.tryAcquire(List.of(Charge.of(handle(this.tokens), ANN, 60), Charge.of(handle(this.login), ANN, 2)));
		assertThat(decision.permit().giveBack()).isTrue();
		assertThat(decision.permit().giveBack()).isFalse();

		assertThat(remaining(this.tokens)).isEqualTo(100);
		assertThat(remaining(this.login)).isEqualTo(5);
		assertThat(Decision.unlimited().permit().giveBack()).isFalse();
	}

	@Test
	void aStoreThatFailsLetsTheCallThroughAsDegraded() {
		ChargeLimiter failing = charges(new FailingStore(() -> new IllegalStateException("store is down")));
		try (CapturedLog log = new CapturedLog(LimiterFailures.class)) {
			for (int i = 0; i < 10; i++) {
				Decision single = limiter(failing).tryAcquire("chat", "ann");
				Decision several = failing
					.tryAcquire(List.of(Charge.of(handle(this.chat), ANN, 1), Charge.of(handle(this.login), ANN, 1)));
				assertThat(List.of(single, several)).allMatch(Decision::isAllowed).allMatch(Decision::isDegraded);
				assertThat(single.permit().giveBack()).isFalse();
				assertThat(several.permit().giveBack()).isFalse();
			}
			assertThat(statistics("chat")).isEqualTo("0 0 20");
			assertThat(statistics("login")).isEqualTo("0 0 10");
			assertThat(log.messages()).hasSize(1).first().asString().contains("limits [chat]");
			assertThat(log.records().get(0).getThrown()).hasMessage("store is down");
			this.time.advance(Duration.ofMinutes(1));
			failing.tryAcquire(List.of(Charge.of(handle(this.chat), ANN, 1), Charge.of(handle(this.login), ANN, 1)));
			assertThat(log.messages()).hasSize(2).last().asString().contains("limits [chat, login]; 19 more");
		}
	}

	@Test
	void aStoreWhoseClassesAreNotThereLetsTheCallThroughAsDegraded() {
		ChargeLimiter failing = charges(new FailingStore(() -> new NoClassDefFoundError("com/acme/Driver")));
		try (CapturedLog log = new CapturedLog(LimiterFailures.class)) {
			Decision single = limiter(failing).tryAcquire("chat", "ann");
			Decision several = failing
				.tryAcquire(List.of(Charge.of(handle(this.chat), ANN, 1), Charge.of(handle(this.login), ANN, 1)));

			assertThat(List.of(single, several)).allMatch(Decision::isAllowed).allMatch(Decision::isDegraded);
			assertThat(statistics("chat")).isEqualTo("0 0 2");
			assertThat(statistics("login")).isEqualTo("0 0 1");
			assertThat(log.records().get(0).getThrown()).isInstanceOf(NoClassDefFoundError.class);
		}
	}

	@Test
	void anUnknownLimitIsNoFailureOfTheStore() {
		ChargeLimiter failing = charges(new FailingStore(IllegalStateException::new));

		assertThatExceptionOfType(UnknownLimitException.class)
			.isThrownBy(() -> limiter(failing).tryAcquire("chta", "ann"));
	}

	private RateLimiter limiter(ChargeLimiter charges) {
		return new StoreRateLimiter(this.registry, NamedBudgets.NONE, charges);
	}

	private ChargeLimiter charges(LimitStore store) {
		return charges(store, this.killSwitch);
	}

	private ChargeLimiter charges(LimitStore store, KillSwitch killSwitch) {
		return new ChargeLimiter(store, NamedBudgets.NONE, killSwitch, new LimiterFailures(this.time), this.time,
				RateLimitListener.NONE, WaitingThreadLimit.NONE);
	}

	private Limit register(String name, String rates) {
		return this.registry.register(Limit.of(name, Rate.parseAll(rates)), List.of()).limit();
	}

	private void take(Limit limit, long permits) {
		assertThat(this.charges.tryAcquire(Charge.of(handle(limit), ANN, permits)).isAllowed()).isTrue();
	}

	private long remaining(Limit limit) {
		return this.store.take(Charge.of(handle(limit), ANN, 0)).remaining();
	}

	private String statistics(String name) {
		LimitStatistics statistics = this.registry.get(name).statistics();
		return statistics.allowed() + " " + statistics.denied() + " " + statistics.degraded();
	}

	private LimitHandle handle(Limit limit) {
		return this.registry.get(limit.name()).handle();
	}

}
