package io.github.ratelimit.limiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.Penalty;
import io.github.ratelimit.Rate;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.queue.WaitingThreadLimit;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitChanges;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.registry.SettingChanges;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.memory.MemoryStore;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Settings of a limit that change while other threads make calls.
 */
@Timeout(60)
class LiveSettingsTests {

	private static final Limit THOUSAND = Limit.of("chat", Rate.parse("1000/h"));

	private static final Limit TWO_THOUSAND = THOUSAND.withRates(List.of(Rate.parse("2000/h")));

	private static final int CALLERS = 4;

	private static final int CHANGES = 20;

	private final ManualTime time = new ManualTime();

	private final LimitRegistry registry = new LimitRegistry();

	private final RegisteredLimit chat = this.registry.register(THOUSAND, List.of());

	private final ChargeLimiter charges = new ChargeLimiter(new MemoryStore(this.time, 100), NamedBudgets.NONE,
			new KillSwitch(true), new LimiterFailures(this.time), this.time, RateLimitListener.NONE,
			WaitingThreadLimit.NONE);

	private final RateLimiter limiter = new StoreRateLimiter(this.registry, NamedBudgets.NONE, this.charges);

	@Test
	void aRateChangesAndWhatIsUsedStaysUsedInProportion() throws Exception {
		AtomicInteger allowed = new AtomicInteger();
		AtomicBoolean raised = new AtomicBoolean();
		TestThreads.run(CALLERS, (thread) -> {
			for (Decision decision = call("ann"); decision.isAllowed(); decision = call("ann")) {
				assertThat(decision.limits().get(0).limit()).isIn(THOUSAND, TWO_THOUSAND);
				if (allowed.incrementAndGet() % 50 == 0) {
					Limit next = (raised.getAndSet(!raised.get())) ? THOUSAND : TWO_THOUSAND;
					this.chat.change((settings) -> settings.withLimit(next));
				}
			}
		});
		assertThat(allowed.get()).isBetween(900, 2000);
	}

	@Test
	void asManySettingsAsCanBeChangedAllHoldBesideTheNameOfWhoChangedThem() {
		Limit limit = Limit.of("plans", Rate.parse("1/h"));
		RegisteredLimit plans = this.registry.register(
				LimitSettings.of(limit).withPlans(Map.of("pro", limit.withRates(Rate.parseAll("2/h")))), List.of());
		Map<String, String> values = new HashMap<>();
		for (int i = 0; i < SettingChanges.MOST_SETTINGS; i++) {
			values.put("plans.p" + i, (100 + i) + "/h");
		}
		LimitChanges.ofInstance(this.registry, new KillSwitch(true)).change("plans", values, "ann");
		assertThat(plans.changes().values().keySet()).isEqualTo(values.keySet());
		assertThat(plans.changes().by()).isEqualTo("ann");
	}

	@Test
	void aRaisedRateIsThereForTheNextCall() {
		assertThat(this.limiter.tryAcquire("chat", "ann", 500).isAllowed()).isTrue();
		this.chat.change((settings) -> settings.withLimit(TWO_THOUSAND));
		assertThat(this.limiter.tryAcquire("chat", "ann", 1000).isAllowed()).isTrue();
		assertThat(this.limiter.tryAcquire("chat", "ann", 1).isAllowed()).isFalse();
	}

	@Test
	void aPlanChanges() throws Exception {
		underLoad((i) -> {
			Limit plan = THOUSAND.withRates(List.of(Rate.of(10 + i, Duration.ofHours(1))));
			this.chat.change((settings) -> settings.withPlans(Map.of("pro", plan)));
			LimitHandle handle = this.chat.handle("pro");
			assertThat(handle).isNotNull();
			LimitDecision full = this.charges.tryAcquire(Charge.of(handle, Key.of("plan" + i), 0)).limits().get(0);
			assertThat(full.remaining()).isEqualTo(10 + i);
			this.chat.change((settings) -> settings.withPlans(Map.of()));
			assertThat(this.chat.handle("pro")).isNull();
		});
	}

	@Test
	void theModeChanges() throws Exception {
		assertThat(this.limiter.tryAcquire("chat", "spent", 1000).isAllowed()).isTrue();
		underLoad((i) -> {
			this.chat.change((settings) -> settings.withMode(LimitMode.SHADOW));
			assertThat(call("spent").isAllowed()).isTrue();
			this.chat.change((settings) -> settings.withMode(LimitMode.ENFORCE));
			assertThat(call("spent").isAllowed()).isFalse();
		});
	}

	@Test
	void thePenaltyChanges() throws Exception {
		underLoad((i) -> {
			String key = "banned" + i;
			assertThat(this.limiter.tryAcquire("chat", key, 1000).isAllowed()).isTrue();
			this.chat
				.change((settings) -> settings.withPenalty(new Penalty(1, Duration.ofMinutes(1), Duration.ofHours(1))));
			assertThat(call(key).isAllowed()).isFalse();
			assertThat(call(key).limits().get(0).isBanned()).isTrue();
			this.chat.change((settings) -> settings.withPenalty(null));
			assertThat(call(key).limits().get(0).isBanned()).isFalse();
		});
	}

	@Test
	void whetherItIsHiddenChanges() throws Exception {
		underLoad((i) -> {
			this.chat.change((settings) -> settings.withHidden(true));
			assertThat(call("bob").limits().get(0).isHidden()).isTrue();
			this.chat.change((settings) -> settings.withHidden(false));
			assertThat(call("bob").limits().get(0).isHidden()).isFalse();
		});
	}

	@Test
	void allSettingsChangeAtOnceOrNone() {
		LimitSettings before = this.chat.settings();
		this.registry.addCheck((settings) -> {
			if (settings.hidden()) {
				throw new IllegalArgumentException("cannot be hidden");
			}
		});
		UnaryOperator<LimitSettings> change = (settings) -> settings.withLimit(TWO_THOUSAND)
			.withMode(LimitMode.SHADOW)
			.withOnStoreFailure(OnStoreFailure.DENY)
			.withHidden(true);
		assertThatIllegalArgumentException().isThrownBy(() -> this.chat.change(change)).withMessage("cannot be hidden");
		assertThat(this.chat.settings()).isSameAs(before);
		assertThat(this.chat.handle().limit()).isSameAs(THOUSAND);

		this.chat.change((settings) -> change.apply(settings).withHidden(false));
		assertThat(this.chat.settings()).isEqualTo(new LimitSettings(TWO_THOUSAND, Map.of(), null, LimitMode.SHADOW,
				OnStoreFailure.DENY, false, null, false));
	}

	@Test
	void aLimitKeepsItsName() {
		Limit other = Limit.of("other", Rate.parse("1/s"));
		assertThatIllegalArgumentException().isThrownBy(() -> this.chat.change((settings) -> LimitSettings.of(other)))
			.withMessageContaining("'other', not of limit 'chat'");
	}

	private Decision call(String key) {
		return this.limiter.tryAcquire("chat", key);
	}

	/** Changes settings while other threads make calls that must not fail. */
	private void underLoad(Change change) throws Exception {
		AtomicBoolean over = new AtomicBoolean();
		TestThreads.run(CALLERS + 1, (thread) -> {
			if (thread > 0) {
				while (!over.get()) {
					assertThat(call("load" + thread).isDegraded()).isFalse();
				}
				return;
			}
			try {
				for (int i = 0; i < CHANGES; i++) {
					change.make(i);
				}
			}
			finally {
				over.set(true);
			}
		});
	}

	private interface Change {

		void make(int index);

	}

}
