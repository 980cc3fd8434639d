package io.github.ratelimit.limiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.Rate;
import io.github.ratelimit.StoreUnavailableException;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitChange;
import io.github.ratelimit.registry.LimitChanges;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.redis.StoreInstance;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Settings that are changed on one of several instances that share a Redis. */
@Tag("redis")
@Tag("version-independent")
@Timeout(180)
@ExtendWith(OutputCaptureExtension.class)
class SharedChangesTests {

	private static final Duration SECOND = Duration.ofSeconds(1);

	private static final int CALLERS = 4;

	private static final Duration LONG = Duration.ofSeconds(30);

	private final RedisServer redis = RedisServer.start();

	private final List<Instance> instances = new ArrayList<>();

	@AfterEach
	void stop() {
		this.instances.forEach((instance) -> instance.store.close());
		this.redis.close();
	}

	@Test
	void aChangeHoldsOnAllInstancesUntilItIsWithdrawn() {
		Instance one = instance("60/min");
		Instance other = instance("60/min");

		one.changes.change("chat", Map.of("rate", "5/s, 600/min", "mode", "shadow"), "admin");
		assertThat(one.rates()).isEqualTo("[5/s, 600/min]");
		Polling.until(LONG, "the change is reported", () -> !other.made.isEmpty());
		assertThat(other.rates()).isEqualTo("[5/s, 600/min]");
		assertThat(other.chat.settings().mode()).isEqualTo(LimitMode.SHADOW);
		assertThat(other.made).singleElement().satisfies((change) -> {
			assertThat(change.origin()).isEqualTo(LimitChange.Origin.OTHER_INSTANCE);
			assertThat(change.by()).isEqualTo("admin");
			assertThat(change.settings()).hasSize(2);
		});
		assertThat(instance("60/min").rates()).as("an instance that starts later").isEqualTo("[5/s, 600/min]");

		other.changes.change("chat", nulls("rate", "mode"), "operator");
		Polling.until(LONG, "the change is withdrawn", () -> one.rates().equals("[60/min]"));
		Polling.until(LONG, "the withdrawal is reported", () -> one.made.size() == 2);
		assertThat(one.made).last().extracting(LimitChange::by).isEqualTo("operator");
		Polling.until(LONG, "the name is forgotten",
				() -> this.redis.command("STRLEN", "ratelimit:1:#changes:{changes}").equals(8L));
		assertThat(one.chat.differences()).isEmpty();
		assertThat(instance("60/min").rates()).isEqualTo("[60/min]");
	}

	/** What no instance writes is treated as lost, so changes stay possible. */
	@ParameterizedTest
	@ValueSource(strings = { "struct.pack('<d', math.huge)", "struct.pack('<d', 9007199254740992)",
			"struct.pack('<d', 0 / 0)", "struct.pack('<d', -1)", "'short'", "string.rep('x', 2000000)" })
	void aChangeHoldsAlthoughRedisHasAForeignValue(String value) {
		Instance one = instance("60/min");
		Instance other = instance("60/min");
		one.changes.change("chat", Map.of("rate", "10/min"), null);
		Polling.until(LONG, "the change holds", () -> other.rates().equals("[10/min]"));

		this.redis.command("EVAL", "redis.call('SET', KEYS[1], " + value + ")", "1", "ratelimit:1:#changes:{changes}");
		other.changes.change("chat", Map.of("rate", "20/min"), null);

		Polling.until(LONG, "the next change holds", () -> one.rates().equals("[20/min]"));
		assertThat(instance("60/min").rates()).isEqualTo("[20/min]");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void anInstanceWithoutCallsNoticesAnOutage(boolean hangs, CapturedOutput output) {
		Instance idle = instance("60/min");
		idle.store.awaitUp();
		if (hangs) {
			this.redis.pause();
		}
		else {
			this.redis.kill();
		}
		Polling.until(LONG, "the outage is noticed", () -> idle.store.store().status().equals("degraded"));
		Polling.until(LONG, "the outage is logged", () -> output.getAll().contains("[RL704]"));
		assertThat(output.getAll()).doesNotContain("[RL702]");
	}

	@Test
	void allLimitsAreSwitchedOffOnAllInstances() {
		Instance one = instance("1/h");
		Instance other = instance("1/h");
		one.changes.changeAll(Map.of("enabled", "false"), null);
		Polling.until(LONG, "limits are off", () -> !other.killSwitch.isEnabled());
		other.changes.changeAll(nulls("enabled"), null);
		Polling.until(LONG, "limits are on", one.killSwitch::isEnabled);
	}

	@Test
	void aKeyIsBannedOnAllInstances() {
		Instance one = instance("100000/h");
		Instance other = instance("100000/h");
		assertThat(other.call("ann")).isTrue();
		Instant until = Instant.now().plusSeconds(3600);
		one.changes.lookForBans(one.chat, until, null);
		one.store.store().block(one.chat.handle(), Key.of("ann").label(), until);
		assertThat(one.call("ann")).isFalse();
		Polling.until(LONG, "the ban holds", () -> !other.call("ann"));
		assertThat(other.call("bob")).isTrue();
		assertThat(other.chat.differences()).isEmpty();

		assertThat(other.store.store().unblock(other.chat.handle(), Key.of("ann").id())).isTrue();
		Polling.until(LONG, "the ban has ended", () -> one.call("ann"));
	}

	@Test
	void instancesThatChangeAtTheSameTimeLoseNothing() throws Exception {
		List<Instance> all = List.of(instance("60/min"), instance("60/min"), instance("60/min"));
		TestThreads.run(3, (thread) -> {
			for (int i = 0; i < 20; i++) {
				all.get(thread).changes.change("chat" + thread, Map.of("rate", (100 + i) + "/min"), null);
			}
		});
		for (Instance instance : all) {
			for (int limit = 0; limit < 3; limit++) {
				RegisteredLimit changed = instance.registry.get("chat" + limit);
				Polling.until(LONG, "the last change holds",
						() -> changed.limit().rates().toString().equals("[119/min]"));
			}
		}
	}

	/** Else the next deploy would be masked by a change of long ago. */
	@Test
	void aChangeEndsWhenEveryConfigurationSaysTheSame() {
		Instance old = instance("60/min");
		old.changes.change("chat", Map.of("rate", "90/min"), null);
		Instance young = instance("90/min");
		assertThat(young.chat.differences()).isEmpty();
		Polling.until(LONG, "the old instance says that it needs the change", () -> keys("*needed*") > 0);
		young.changes.tidyUp();
		assertThat(old.rates()).as("one that still needs it").isEqualTo("[90/min]");
		assertThat(young.changes.known().text()).isNotEmpty();

		this.instances.remove(old);
		old.store.close();
		this.redis.command("DEL", "ratelimit:1:#needed:{changes}");
		Polling.until(LONG, "the change has ended", () -> {
			young.changes.tidyUp();
			return young.changes.known().text().isEmpty();
		});
		assertThat(instance("30/min").rates()).as("the next deploy").isEqualTo("[30/min]");
	}

	@Test
	void changesThatRedisHasLostAreWrittenAgain() {
		Instance one = instance("60/min");
		one.changes.change("chat", Map.of("rate", "90/min"), null);
		one.changes.change("chat", Map.of("mode", "shadow"), null);
		this.redis.command("FLUSHALL");
		Polling.until(LONG, "the changes are there", () -> keys("*#changes*") > 0);
		assertThat(one.rates()).isEqualTo("[90/min]");
		assertThat(instance("60/min").rates()).isEqualTo("[90/min]");
	}

	@Test
	void withoutRedisNothingChangesAndWhatIsChangedStays() {
		Instance one = instance("60/min");
		one.changes.change("chat", Map.of("rate", "90/min"), null);
		this.redis.stop();
		assertThatExceptionOfType(StoreUnavailableException.class)
			.isThrownBy(() -> one.changes.change("chat", Map.of("rate", "1/min"), null))
			.withMessageContaining("Redis cannot be asked now");
		assertThat(one.rates()).isEqualTo("[90/min]");
	}

	@Test
	void aChangeThatCannotBeInForceHereIsReported() {
		Instance one = instance("60/min");
		Instance other = instance(LimitSettings.of(Limit.named("chat").maxConcurrent(5).build()));
		one.changes.change("chat", Map.of("rate", "90/min"), null);
		Polling.until(LONG, "the change is rejected", () -> !other.rejected.isEmpty());
		assertThat(other.rejected).singleElement().asString().contains("chat", "counts calls in flight");
		assertThat(other.chat.limit().capacity()).isEqualTo(5);
	}

	/**
	 * Two instances ask for more than the limit allows while it changes every second.
	 * While a change is on its way, one of them goes by the old rate.
	 */
	@Test
	void underLoadAndChangesNothingIsGrantedAboveTheRatesAndHardlyAnythingIsLost() throws Exception {
		int seconds = Integer.getInteger("ratelimit.test.change-seconds", 4);
		int burst = 100;
		SplittableRandom random = new SplittableRandom();
		List<Instance> both = List.of(instance("200/s burst " + burst), instance("200/s burst " + burst));
		RateLog rates = new RateLog(200, both);
		AtomicLong granted = new AtomicLong();
		AtomicLong refused = new AtomicLong();
		rates.begin();
		long end = rates.begun + Duration.ofSeconds(seconds).toNanos();
		ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
		for (int i = 0; i < CALLERS; i++) {
			Instance instance = both.get(i % 2);
			threads.execute(() -> {
				while (System.nanoTime() < end) {
					(instance.call("ann") ? granted : refused).incrementAndGet();
					LockSupport.parkNanos(1_000_000);
				}
			});
		}
		for (int second = 1; second < seconds; second++) {
			LockSupport.parkNanos(rates.begun + second * SECOND.toNanos() - System.nanoTime());
			String rate = (100 + 50 * random.nextInt(9)) + "/s burst " + burst;
			both.get(second % 2).changes.change("chat", Map.of("rate", rate), null);
		}
		threads.shutdown();
		assertThat(threads.awaitTermination(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
		rates.end(end);
		System.out.printf(
				"%d s, %d changes: %d granted, %d refused; allowed %.0f to %.0f and the burst of %d: %.4f of "
						+ "the least, %.4f of the most; slowest change %.0f ms%n",
				seconds, seconds - 1, granted.get(), refused.get(), rates.least(), rates.most(), burst,
				granted.get() / rates.least(), granted.get() / (rates.most() + burst), rates.slowest() / 1e6);
		boolean measured = seconds >= 60;
		// on a busy machine the calls may be fewer than the rates allow
		double least = Math.min(rates.least(), granted.get() + refused.get());
		assertThat((double) granted.get()).isBetween((measured ? 0.98 : 0.9) * least, rates.most() + burst);
		assertThat(rates.slowest()).isLessThan(measured ? SECOND.toNanos() : LONG.toNanos());
	}

	private Instance instance(String rate) {
		return instance(LimitSettings.of(Limit.of("chat", Rate.parseAll(rate))));
	}

	private Instance instance(LimitSettings chat) {
		Instance instance = new Instance(StoreInstance.on(this.redis).awaitUp(), chat);
		this.instances.add(instance);
		return instance;
	}

	private int keys(String pattern) {
		return (this.redis.command("KEYS", pattern) instanceof List<?> keys) ? keys.size() : 0;
	}

	private static Map<String, @Nullable String> nulls(String... names) {
		Map<String, @Nullable String> nulls = new HashMap<>();
		for (String name : names) {
			nulls.put(name, null);
		}
		return nulls;
	}

	/** One instance of an application. */
	private static final class Instance implements LimitChange.Listener {

		private final StoreInstance store;

		private final LimitRegistry registry = new LimitRegistry();

		private final KillSwitch killSwitch = new KillSwitch(true);

		private final RegisteredLimit chat;

		private final LimitChanges changes;

		private final StoreRateLimiter limiter;

		private final List<LimitChange> made = new CopyOnWriteArrayList<>();

		private final List<String> rejected = new CopyOnWriteArrayList<>();

		private volatile Runnable whenChanged = () -> {
		};

		Instance(StoreInstance store, LimitSettings settings) {
			this.store = store;
			this.chat = this.registry.register(settings, List.of());
			for (int i = 0; i < 3; i++) {
				this.registry.register(Limit.of("chat" + i, Rate.parse("60/min")), List.of());
			}
			this.changes = new LimitChanges(this.registry, this.killSwitch, store.store().changes(), this,
					TimeSource.system());
			this.limiter = StoreRateLimiter.create(this.registry, store.store(), this.killSwitch,
					new LimiterFailures(TimeSource.system()));
			this.changes.start();
		}

		@Override
		public void changed(LimitChange change) {
			this.made.add(change);
			this.whenChanged.run();
		}

		@Override
		public void rejected(String limit, String reason) {
			this.rejected.add(limit + ": " + reason);
		}

		String rates() {
			return this.chat.limit().rates().toString();
		}

		boolean call(String key) {
			return this.limiter.tryAcquire("chat", key).isAllowed();
		}

	}

	/** Which rate each instance had at each time. */
	private static final class RateLog {

		private final long[] rates;

		private final List<Instance> instances;

		private long begun;

		private long last;

		private double least;

		private double most;

		private long changing = Long.MAX_VALUE;

		private long slowest;

		RateLog(long rate, List<Instance> instances) {
			this.instances = instances;
			this.rates = new long[instances.size()];
			Arrays.fill(this.rates, rate);
		}

		void begin() {
			this.begun = System.nanoTime();
			this.last = this.begun;
			this.instances.forEach((instance) -> instance.whenChanged = this::changed);
		}

		private synchronized void changed() {
			long now = System.nanoTime();
			add(now);
			for (int i = 0; i < this.rates.length; i++) {
				this.rates[i] = this.instances.get(i).chat.limit().rates().get(0).permits();
			}
			if (this.rates[0] != this.rates[1]) {
				this.changing = Math.min(this.changing, now);
			}
			else if (this.changing != Long.MAX_VALUE) {
				this.slowest = Math.max(this.slowest, now - this.changing);
				this.changing = Long.MAX_VALUE;
			}
		}

		private void add(long now) {
			double passed = (now - this.last) / 1e9;
			this.least += passed * Math.min(this.rates[0], this.rates[1]);
			this.most += passed * Math.max(this.rates[0], this.rates[1]);
			this.last = now;
		}

		synchronized void end(long now) {
			add(now);
		}

		double least() {
			return this.least;
		}

		double most() {
			return this.most;
		}

		long slowest() {
			return this.slowest;
		}

	}

}
