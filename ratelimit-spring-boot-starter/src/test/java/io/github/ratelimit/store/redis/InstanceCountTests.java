package io.github.ratelimit.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.ManualTime;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * Instances know their number. Time is manual, but each counts every three seconds.
 */
@Tag("redis")
@Tag("version-independent")
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class InstanceCountTests {

	private static final String KEY = "ratelimit:1:#instances:{instances}";

	private static final Duration LONG = Duration.ofSeconds(40);

	private final ManualTime time = new ManualTime();

	private RedisServer server;

	private TimeSource turned;

	@BeforeEach
	void start() {
		this.server = RedisServer.start();
		this.turned = RedisTestStore.settingTheClock(this.time, this.server);
		advance(Duration.ZERO);
	}

	@AfterEach
	void close() {
		this.server.close();
	}

	@Test
	void instancesAreCountedUntilTheyEnd() {
		try (StoreInstance first = counted()) {
			StoreInstance second = counted();
			Polling.until(LONG, "both know of each other", () -> count(first) == 2 && count(second) == 2);
			second.close();
			assertThat(this.server.command("ZCARD", KEY)).isEqualTo(1L);
			awaitLook(first);
			assertThat(count(first)).as("for a while it may come back").isEqualTo(2);
			awaitAlone(first);
		}
	}

	@Test
	void anInstanceThatDoesNotSayThatItEndsIsCountedForSomeSeconds() {
		long until = TimeUnit.SECONDS.toMicros(this.time.wallTime().plusSeconds(5).getEpochSecond());
		this.server.command("ZADD", KEY, Long.toString(until), "gone");
		try (StoreInstance first = counted()) {
			Polling.until(LONG, "it is counted", () -> count(first) == 2);
			advance(Duration.ofSeconds(5));
			awaitLook(first);
			assertThat(this.server.command("ZSCORE", KEY, "gone")).isNull();
			assertThat(count(first)).as("for a while it may come back").isEqualTo(2);
			awaitAlone(first);
		}
	}

	@Test
	void aRedisThatHasLostAllInstancesDoesNotMakeThemFewer() {
		try (StoreLog log = new StoreLog(); StoreInstance first = counted(); StoreInstance second = counted()) {
			Polling.until(LONG, "both know of each other", () -> count(first) == 2 && count(second) == 2);
			this.server.command("FLUSHALL");
			advance(Duration.ofSeconds(3));
			awaitLook(first);
			awaitLook(second);
			// so that both have seen each other
			awaitLook(first);
			assertThat(List.of(count(first), count(second))).containsOnly(2);
			advance(InstanceCount.COUNTED);
			awaitLook(first);
			awaitLook(second);
			assertThat(List.of(count(first), count(second))).as("both are counted again").containsOnly(2);
			assertThat(this.server.command("ZCARD", KEY)).isEqualTo(2L);
			this.server.kill();
			assertThat(count(first)).isEqualTo(2);
		}
	}

	@Test
	void anInstanceWithoutCallsNoticesAnOutageAndItsEnd() {
		try (StoreLog log = new StoreLog(); StoreInstance idle = counted()) {
			assertThat(idle.store().status()).isEqualTo("up");
			this.server.kill();
			Polling.until(LONG, "the outage is noticed", () -> idle.store().status().equals("degraded"));
			Polling.until(LONG, "the outage is logged", () -> !log.lines().isEmpty());
			assertThat(log.lines()).singleElement().asString().contains("Redis fails", "[RL704]");
			this.server.startAgain();
			Polling.until(LONG, "its end is noticed", () -> idle.store().status().equals("up"));
		}
	}

	private StoreInstance counted() {
		return StoreInstance.through(this.server.port()).turned(this.turned).counted().build().awaitUp();
	}

	/** Redis uses this time at once. */
	private void advance(Duration duration) {
		this.time.advance(duration);
		this.turned.nanoTime();
	}

	/** Waits until an instance has looked again how many there are. */
	private static void awaitLook(StoreInstance instance) {
		long looks = instance.sent().count("heartbeat");
		Polling.until(LONG, "the instance has looked again",
				() -> instance.sent().count("heartbeat") > looks && instance.sent().isAnswered("heartbeat"));
	}

	/** Waits, while time advances, until an instance counts no other. */
	private void awaitAlone(StoreInstance instance) {
		Polling.until(LONG, "the other is no longer counted", () -> {
			advance(Duration.ofMillis(100));
			return count(instance) == 1;
		});
	}

	private static int count(StoreInstance instance) {
		return instance.store().instances();
	}

}
