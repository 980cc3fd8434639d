package io.github.ratelimit.store.redis.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.redis.StoreInstance;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A busy key takes permits in advance, if its limit allows it. */
@Tag("redis")
@Tag("version-independent")
class PermitLeaseTests {

	private static final Limit HOT = StoreFixture.limit("hot", "1000000/36500d");

	private static final Duration TTL = Duration.ofMillis(200);

	private final RedisServer redis = RedisServer.start();

	@AfterEach
	void stop() {
		this.redis.close();
	}

	@Test
	void mostDecisionsAboutABusyKeyAreNoCall() throws Exception {
		try (StoreInstance instance = leasing(HOT)) {
			TestThreads.run(4, (thread) -> {
				for (int i = 0; i < 5_000; i++) {
					assertThat(instance.take(HOT, "caller").isViolated()).isFalse();
				}
			});

			assertThat(instance.sent().count()).isLessThan(2_000);
			assertEverythingUnspentIsGivenBack(instance, 20_000);
		}
	}

	@Test
	void leasedPermitsAreNeverMoreThanTheLimitHas() throws Exception {
		Limit narrow = StoreFixture.limit("narrow", "3000/36500d");
		AtomicLong granted = new AtomicLong();
		try (StoreInstance one = leasing(narrow); StoreInstance other = leasing(narrow)) {
			TestThreads.run(4, (thread) -> {
				StoreInstance instance = (thread % 2 == 0) ? one : other;
				for (int i = 0; i < 5_000; i++) {
					ChargeDecision decision = instance.take(narrow, "caller");
					granted.addAndGet(decision.isViolated() ? 0 : 1);
				}
			});
			assertThat(granted.get()).isLessThanOrEqualTo(3_000);

			Polling.until(StoreInstance.BACK, "all permits are spent", () -> {
				granted.addAndGet(one.take(narrow, "caller").isViolated() ? 0 : 1);
				return granted.get() >= 3_000;
			});
			assertThat(granted).hasValue(3_000);
		}
	}

	@Test
	void closingGivesUnspentPermitsBack() {
		try (StoreInstance looking = StoreInstance.on(this.redis).awaitUp()) {
			try (StoreInstance instance = StoreInstance.through(this.redis.port())
				.lease(HOT, Duration.ofSeconds(1))
				.build()
				.awaitUp()) {
				for (int i = 0; i < 500; i++) {
					instance.take(HOT, "caller");
				}
				assertThat(looking.remaining(HOT, "caller")).isLessThan(1_000_000 - 500);
			}
			assertThat(looking.remaining(HOT, "caller")).isEqualTo(1_000_000 - 500);
		}
	}

	@Test
	void aResetAndOtherRatesEndALease() {
		try (StoreInstance instance = StoreInstance.through(this.redis.port())
			.lease(HOT, Duration.ofSeconds(1))
			.build()
			.awaitUp()) {
			for (int i = 0; i < 500; i++) {
				instance.take(HOT, "caller");
			}
			assertThat(instance.store().reset(Handles.of(HOT), StoreFixture.charge(HOT, "caller", 1).key().id()))
				.isTrue();
			assertThat(instance.take(HOT, "caller").remaining()).isEqualTo(999_999);

			Limit other = StoreFixture.limit("hot", "2000/36500d");
			long sent = instance.sent().count();
			assertThat(instance.take(other, "caller", 1_000).isViolated()).isFalse();
			assertThat(instance.sent().count()).isGreaterThan(sent);
		}
	}

	@Test
	void aLimitThatIsAlmostSpentIsNotLeased() {
		Limit small = StoreFixture.limit("small", "30/36500d");
		try (StoreInstance instance = leasing(small)) {
			long sent = instance.sent().count();
			for (int i = 0; i < 30; i++) {
				assertThat(instance.take(small, "caller").isViolated()).isFalse();
			}
			assertThat(instance.take(small, "caller").isViolated()).isTrue();
			assertThat(instance.sent().count()).as("calls, the last refusal known without one").isEqualTo(sent + 30);
		}
	}

	@Test
	void whatALeasePaidIsSettledExactlyInRedis() {
		Limit tokens = Limit.named("tokens").rates(Rate.parse("1000000/36500d")).costed(true).build();
		try (StoreInstance looking = StoreInstance.on(this.redis).awaitUp()) {
			try (StoreInstance instance = StoreInstance.through(this.redis.port())
				.lease(tokens, Duration.ofSeconds(10))
				.build()
				.awaitUp()) {
				for (int i = 0; i < 500; i++) {
					instance.take(tokens, "caller", 20);
				}
				ChargeDecision cheap = leased(tokens, instance);
				ChargeDecision dear = leased(tokens, instance);
				ChargeDecision free = leased(tokens, instance);
				Polling.until(StoreInstance.BACK, "no renewal is under way", () -> instance.sent().isAnswered("take"));
				long before = looking.remaining(tokens, "caller");

				instance.store().settle(cheap, 5);
				assertThat(looking.remaining(tokens, "caller")).isEqualTo(before + 15);
				instance.store().settle(dear, 120);
				assertThat(looking.remaining(tokens, "caller")).isEqualTo(before + 15 - 100);
				instance.store().giveBack(free);
				assertThat(looking.remaining(tokens, "caller")).isEqualTo(before + 15 - 100 + 20);
			}
			assertThat(looking.remaining(tokens, "caller")).isEqualTo(1_000_000 - 500 * 20 - 5 - 120);
		}
	}

	/** Takes permits until a lease pays; what Redis took itself is given back. */
	private static ChargeDecision leased(Limit limit, StoreInstance instance) {
		for (int i = 0; i < 1_000; i++) {
			long sent = instance.sent().count("take");
			ChargeDecision decision = instance.take(limit, "caller", 20);
			if (instance.sent().count("take") == sent) {
				return decision;
			}
			instance.store().giveBack(decision);
		}
		throw new AssertionError("No lease paid");
	}

	@Test
	void permitsLeasedBeforeAResetByAnotherInstanceAreNotGivenBackToTheNewState() {
		try (StoreInstance other = StoreInstance.on(this.redis).awaitUp()) {
			try (StoreInstance instance = StoreInstance.through(this.redis.port())
				.lease(HOT, Duration.ofSeconds(10))
				.build()
				.awaitUp()) {
				for (int i = 0; i < 500; i++) {
					instance.take(HOT, "caller");
				}
				assertThat(other.store().reset(Handles.of(HOT), StoreFixture.charge(HOT, "caller", 1).key().id()))
					.isTrue();
				assertThat(other.take(HOT, "caller", 500_000).isViolated()).isFalse();
				long sent = instance.sent().count();
				for (int i = 0; instance.sent().count() == sent; i++) {
					assertThat(i).isLessThan(1_000_000);
					instance.take(HOT, "caller");
				}
			}
			assertThat(other.remaining(HOT, "caller")).isLessThanOrEqualTo(500_000);
		}
	}

	private StoreInstance leasing(Limit limit) {
		return StoreInstance.through(this.redis.port()).lease(limit, TTL).build().awaitUp();
	}

	private void assertEverythingUnspentIsGivenBack(StoreInstance instance, long spent) {
		try (StoreInstance looking = StoreInstance.on(this.redis).awaitUp()) {
			Polling.until(StoreInstance.BACK, "unspent permits are back",
					() -> looking.remaining(HOT, "caller") == 1_000_000 - spent);
		}
		assertThat(instance.told().failures()).isEmpty();
	}

}
