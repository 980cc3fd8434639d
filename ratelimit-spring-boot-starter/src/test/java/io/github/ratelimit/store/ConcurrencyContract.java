package io.github.ratelimit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.Handles;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many threads never get one permit more than one caller would, and lose none. */
public interface ConcurrencyContract extends StoreFixture {

	/** How many rounds of a race are run: fewer for a store that is far away. */
	default int rounds() {
		return 100;
	}

	@ParameterizedTest
	@ValueSource(strings = { "1/d", "7/d", "1000/d", "500/d, 700/h burst 800, 900/min" })
	default void whileTimeStandsThreadsGetExactlyWhatIsThere(String rates) throws Exception {
		LimitStore store = createStore(new ManualTime());
		Limit limit = StoreFixture.limit("chat", rates);
		for (int round = 0; round < rounds(); round++) {
			String key = "caller" + round;
			AtomicLong granted = new AtomicLong();
			TestThreads.run(4, (thread) -> {
				Charge charge = StoreFixture.charge(limit, key, 1);
				while (!store.take(charge).isViolated()) {
					granted.incrementAndGet();
				}
			});
			assertThat(granted).hasValue(limit.capacity());
		}
	}

	@Test
	default void whileTimeAdvancesThreadsGetExactlyWhatHasRefilled() throws Exception {
		Limit limit = StoreFixture.limit("chat", "7/3s burst 5");
		for (int round = 0; round < rounds() / 5; round++) {
			ManualTime time = new ManualTime();
			LimitStore store = createStore(time);
			BucketModel model = new BucketModel(limit, 0, resolution());
			long expected = 0;
			AtomicLong granted = new AtomicLong();
			for (int turn = 0; turn < 20; turn++) {
				TestThreads.run(3, (thread) -> {
					while (!store.take(StoreFixture.charge(limit, "caller", 1)).isViolated()) {
						granted.incrementAndGet();
					}
				});
				expected += model.remaining();
				model.take(model.remaining());
				assertThat(granted).hasValue(expected);
				time.advance(Duration.ofMillis(37L * turn));
				model.at(time.nanoTime());
			}
		}
	}

	@Test
	default void inNoStretchOfRealTimeIsMoreGrantedThanBurstAndRefill() throws Exception {
		TimeSource time = TimeSource.system();
		LimitStore store = createStore(time);
		Limit limit = StoreFixture.limit("chat", "5000/s burst 50");
		ConcurrentLinkedQueue<long[]> grants = new ConcurrentLinkedQueue<>();
		AtomicLong granted = new AtomicLong();
		long end = time.nanoTime() + Duration.ofMillis(200).toNanos();
		TestThreads.run(4, (thread) -> {
			while (time.nanoTime() < end || granted.get() < 500) {
				long before = time.nanoTime();
				if (!store.take(StoreFixture.charge(limit, "caller", 1)).isViolated()) {
					grants.add(new long[] { before, time.nanoTime() });
					granted.incrementAndGet();
				}
			}
		});
		assertNeverAbove(50, 5000, grants);
	}

	@Test
	default void requestsOverLimitsThatOverlapLoseNoPermitAndInventNone() throws Exception {
		List<Limit> limits = List.of(StoreFixture.limit("a", "30/d"), StoreFixture.limit("b", "20/d, 25/h"),
				StoreFixture.limit("c", "40/d"), StoreFixture.limit("d", "10/d"));
		for (int round = 0; round < rounds() / 2; round++) {
			LimitStore store = createStore(new ManualTime());
			AtomicLongArray held = new AtomicLongArray(limits.size());
			long seed = System.nanoTime();
			TestThreads.run(4, (thread) -> new Requests(store, limits, held, new Random(seed + thread)).run(250));
			for (int i = 0; i < limits.size(); i++) {
				long remaining = StoreFixture.remaining(store, limits.get(i), "caller");
				assertThat(remaining + held.get(i)).as("permits of %s, seed %d", limits.get(i), seed)
					.isEqualTo(limits.get(i).capacity());
			}
		}
	}

	@Test
	default void refusedRequestsNeverTakeAPermitFromOthersForGood() throws Exception {
		Limit wide = StoreFixture.limit("wide", "1000000/d");
		Limit empty = StoreFixture.limit("empty", "1/d");
		for (int round = 0; round < rounds() / 5; round++) {
			LimitStore store = createStore(new ManualTime());
			StoreFixture.taken(store, empty, "caller", 1);
			AtomicLong granted = new AtomicLong();
			TestThreads.run(3, (thread) -> {
				for (int i = 0; i < 300; i++) {
					if (thread == 0) {
						granted.addAndGet(store.take(StoreFixture.charge(wide, "caller", 3)).isViolated() ? 0 : 3);
					}
					else {
						List<ChargeDecision> refused = store.takeAll(List.of(StoreFixture.charge(wide, "caller", 7),
								StoreFixture.charge(empty, "caller", 1)));
						assertThat(refused.get(1).isViolated()).isTrue();
					}
				}
			});
			assertThat(granted).hasValue(900);
			assertThat(StoreFixture.remaining(store, wide, "caller")).isEqualTo(1_000_000 - 900);
		}
	}

	@Test
	default void aKeyThatManyThreadsCreateIsCreatedOnce() throws Exception {
		LimitStore store = createStore(new ManualTime());
		Limit limit = StoreFixture.limit("chat", "2/d");
		for (int round = 0; round < rounds() * 5; round++) {
			String key = "caller" + round;
			AtomicLong granted = new AtomicLong();
			TestThreads.run(4,
					(thread) -> granted.addAndGet(store.take(StoreFixture.charge(limit, key, 1)).isViolated() ? 0 : 1));
			assertThat(granted).hasValue(2);
			assertThat(store.trackedKeys(Handles.of(limit))).isEqualTo(round + 1);
		}
	}

	/**
	 * Each grant lies somewhere between two times: no stretch may hold too many of them.
	 */
	private static void assertNeverAbove(long burst, long perSecond, Iterable<long[]> grants) {
		List<long[]> byStart = new ArrayList<>();
		grants.forEach(byStart::add);
		byStart.sort((one, other) -> Long.compare(one[0], other[0]));
		for (int from = 0; from < byStart.size(); from++) {
			long start = byStart.get(from)[0];
			long[] ends = IntStream.range(from, Math.min(byStart.size(), from + 400))
				.mapToLong((i) -> byStart.get(i)[1])
				.toArray();
			Arrays.sort(ends);
			for (int count = 1; count <= ends.length; count++) {
				double most = burst + 1e-9 * (ends[count - 1] - start) * perSecond;
				assertThat((double) count).as("grants within %d ns", ends[count - 1] - start).isLessThanOrEqualTo(most);
			}
		}
	}

	/** One caller of many limits, which gives some of its permits back. */
	final class Requests {

		private final LimitStore store;

		private final List<Limit> limits;

		private final AtomicLongArray held;

		private final Random random;

		private final Deque<List<ChargeDecision>> granted = new ArrayDeque<>();

		Requests(LimitStore store, List<Limit> limits, AtomicLongArray held, Random random) {
			this.store = store;
			this.limits = limits;
			this.held = held;
			this.random = random;
		}

		void run(int steps) {
			for (int step = 0; step < steps; step++) {
				if (this.granted.size() > 1 && this.random.nextBoolean()) {
					giveBack(this.granted.removeFirst());
				}
				else {
					request();
				}
			}
		}

		private void request() {
			List<Limit> order = new ArrayList<>(this.limits);
			Collections.shuffle(order, this.random);
			List<Charge> charges = order.subList(0, 1 + this.random.nextInt(order.size()))
				.stream()
				.map((limit) -> StoreFixture.charge(limit, "caller", this.random.nextInt(4)))
				.toList();
			List<ChargeDecision> decisions = this.store.takeAll(charges);
			if (decisions.stream().noneMatch(ChargeDecision::isViolated)) {
				this.granted.add(decisions);
				for (Charge charge : charges) {
					int limit = this.limits.indexOf(charge.limit());
					assertThat(this.held.addAndGet(limit, charge.permits()))
						.isLessThanOrEqualTo(charge.limit().capacity());
				}
			}
		}

		private void giveBack(List<ChargeDecision> decisions) {
			for (ChargeDecision decision : decisions) {
				this.held.addAndGet(this.limits.indexOf(decision.limit()), -decision.charge().permits());
				this.store.giveBack(decision);
			}
		}

	}

}
