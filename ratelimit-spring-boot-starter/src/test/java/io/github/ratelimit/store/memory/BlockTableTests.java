package io.github.ratelimit.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.store.BlockResult;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreFixture;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Blocks are bounded, and none ends before its time. */
@Tag("version-independent")
class BlockTableTests {

	private static final int MOST = 8;

	private static final Duration BAN = Duration.ofSeconds(10);

	private final ManualTime time = new ManualTime();

	private final MemoryStore store = new MemoryStore(this.time, MOST);

	private final LimitHandle login = Handles.blockable(StoreFixture.limit("login", "5/s"));

	@Test
	void blocksAreThoseOfAPlainModel() {
		long seed = System.nanoTime();
		SplittableRandom random = new SplittableRandom(seed);
		Map<String, Long> ends = new HashMap<>();
		int refused = 0;
		int begun = 0;
		for (int step = 0; step < 20_000; step++) {
			this.time.advance(Duration.ofNanos(100_000_000 + random.nextLong(1_500_000_000)));
			long now = this.time.nanoTime();
			ends.values().removeIf((end) -> end - now <= 0);
			String name = "key" + random.nextInt(3 * MOST);
			Charge charge = Charge.of(this.login, Key.of(name), 1);
			Long end = ends.get(name);
			if (random.nextInt(50) == 0) {
				this.store.unblock(this.login, charge.key().id());
				ends.remove(name);
				continue;
			}
			ChargeDecision said = this.store.take(charge);
			String where = "seed " + seed + ", step " + step;
			assertThat(said.isBanned()).as(where).isEqualTo(end != null);
			assertThat(said.retryAfterNanos()).as(where).isEqualTo((end != null) ? end - now : 0);
			assertThat(said.hasFacts()).as(where).isTrue();
			BlockResult result = this.store.block(this.login, charge.key(), this.time.wallTime().plus(BAN));
			if (end != null || ends.size() < MOST) {
				assertThat(result).as(where)
					.isEqualTo((end != null) ? BlockResult.ALREADY_BLOCKED : BlockResult.STARTED);
				ends.put(name, now + BAN.toNanos());
				begun += (end != null) ? 0 : 1;
			}
			else {
				assertThat(result).as(where).isEqualTo(BlockResult.NO_ROOM);
				refused++;
			}
		}
		assertThat(begun).isGreaterThan(1_000);
		assertThat(refused).isGreaterThan(100);
	}

	@Test
	void ofBlocksThatBeginTogetherThereAreAsManyAsThereIsRoom() throws Exception {
		AtomicInteger begun = new AtomicInteger();
		TestThreads.run(8, (thread) -> {
			for (int i = 0; i < 100; i++) {
				if (block(thread + "-" + i) == BlockResult.STARTED) {
					begun.incrementAndGet();
				}
			}
		});
		assertThat(begun).hasValue(MOST);
		this.time.advance(BAN);
		assertThat(block("later")).isEqualTo(BlockResult.STARTED);
	}

	@Test
	void aSweepMakesRoomAtOnce() {
		for (int i = 0; i < MOST; i++) {
			block("key" + i);
		}
		this.time.advance(BAN.minusMillis(1));
		assertThat(block("early")).isEqualTo(BlockResult.NO_ROOM);
		this.time.advance(Duration.ofMillis(1));
		assertThat(block("later")).as("it was looked for room just now").isEqualTo(BlockResult.NO_ROOM);
		this.store.sweep();
		assertThat(block("later")).isEqualTo(BlockResult.STARTED);
	}

	private BlockResult block(String key) {
		return this.store.block(this.login, Key.of(key), this.time.wallTime().plus(BAN));
	}

}
