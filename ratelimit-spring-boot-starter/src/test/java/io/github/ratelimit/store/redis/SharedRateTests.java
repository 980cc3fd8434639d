package io.github.ratelimit.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Limit;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Four instances that get five times as many calls as the limit allows, each permit with
 * the time before which it was not granted and the time at which it was: in no stretch of
 * time are there more than the sequential bucket would have granted.
 */
@Tag("redis")
@Tag("version-independent")
class SharedRateTests {

	private static final int BURST = 100;

	private static final int PER_SECOND = 1_000;

	private static final Duration RUN = Duration.ofSeconds(3);

	@Test
	void noStretchOfTimeHoldsMoreThanBurstAndRefill() throws Exception {
		Limit limit = StoreFixture.limit("shared", PER_SECOND + "/s burst " + BURST);
		try (RedisServer redis = RedisServer.start()) {
			List<StoreInstance> instances = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				instances.add(StoreInstance.on(redis).awaitUp());
			}
			ConcurrentLinkedQueue<long[]> grants = new ConcurrentLinkedQueue<>();
			long start = System.nanoTime();
			long end = start + RUN.toNanos();
			TestThreads.run(8, (thread) -> {
				StoreInstance instance = instances.get(thread % 4);
				while (System.nanoTime() < end) {
					long before = System.nanoTime();
					if (!instance.take(limit, "caller").isViolated()) {
						grants.add(new long[] { before, System.nanoTime() });
					}
					LockSupport.parkNanos(1_600_000);
				}
			});
			instances.forEach(StoreInstance::close);

			double bound = BURST + PER_SECOND * (System.nanoTime() - start) / 1e9;
			assertThat((double) grants.size()).isBetween((double) BURST, bound);
			assertExplained(new ArrayList<>(grants));
		}
	}

	/**
	 * All grants that certainly lie within a stretch, for every stretch that begins with
	 * one.
	 */
	private static void assertExplained(List<long[]> grants) {
		grants.sort((one, other) -> Long.compare(one[0], other[0]));
		for (int from = 0; from < grants.size(); from += 7) {
			long begin = grants.get(from)[0];
			List<Long> ends = new ArrayList<>();
			for (int i = from; i < Math.min(grants.size(), from + 1_500); i++) {
				ends.add(grants.get(i)[1]);
			}
			ends.sort(null);
			for (int count = 1; count <= ends.size(); count++) {
				double most = BURST + 1e-9 * (ends.get(count - 1) - begin) * PER_SECOND;
				assertThat((double) count).as("grants within %d ns", ends.get(count - 1) - begin)
					.isLessThanOrEqualTo(most + 1e-3);
			}
		}
	}

}
