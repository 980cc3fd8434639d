package io.github.ratelimit.store.memory.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Limit;
import io.github.ratelimit.store.StoreFixture;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A ring of calls counts as a list of them does, and grows no more than it must. */
class CallLogTests {

	@ParameterizedTest
	@ValueSource(strings = { "100/s", "50/s, 100/10s", "20/s, 50/10s, 200/min" })
	void itCountsAsAListOfCallsDoes(String rates) {
		long seed = System.nanoTime();
		SplittableRandom random = new SplittableRandom(seed);
		Limit limit = StoreFixture.limit("log", Algorithm.SLIDING_WINDOW_LOG, rates);
		CallLog log = new CallLog(new CallLog.Rates(limit));
		List<long[]> calls = new ArrayList<>();
		long now = 0;
		for (int step = 0; step < 20_000; step++) {
			int dice = random.nextInt(100);
			if (dice < 45) {
				now += random.nextLong((dice == 0) ? 20_000_000_000L : 100_000_000);
			}
			log.advance(now);
			if (dice >= 45 && dice < 70 && log.balance() > 0) {
				long permits = 1 + random.nextLong(log.balance());
				log.add(permits);
				calls.add(new long[] { now, permits });
			}
			else if (dice >= 70 && !calls.isEmpty()) {
				long[] call = calls.get(Math.max(0, calls.size() - 1 - random.nextInt(40)));
				long back = (dice < 90) ? call[1] : random.nextLong(1 + call[1]);
				log.lower(call[0], back);
				call[1] -= back;
			}
			for (int rate = 0; rate < limit.quotas(); rate++) {
				assertThat(log.balance(rate)).as("seed %d, step %d, rate %d", seed, step, rate)
					.isEqualTo(limit.quota(rate) - sum(calls, now, limit.rates().get(rate).period().toNanos()));
			}
		}
	}

	private static long sum(List<long[]> calls, long now, long period) {
		long sum = 0;
		for (int i = calls.size() - 1; i >= 0 && now - calls.get(i)[0] < period; i--) {
			sum += calls.get(i)[1];
		}
		return sum;
	}

	@Test
	void takingAndGivingBackFillsNoMemory() {
		CallLog log = new CallLog(
				new CallLog.Rates(StoreFixture.limit("log", Algorithm.SLIDING_WINDOW_LOG, "10/s, 10000/d")));
		Deque<Long> held = new ArrayDeque<>();
		for (long now = 0; now < 1_000_000; now++) {
			log.advance(now);
			log.add(1);
			held.add(now);
			if (held.size() > 3) {
				long middle = held.removeFirst();
				log.lower(held.removeFirst(), 1);
				held.addFirst(middle);
			}
		}
		assertThat(log.balance()).isEqualTo(7);
		assertThat(log.ringSize()).isLessThanOrEqualTo(16);
	}

	@Test
	void aRingThatIsEmptyIsSmallAgain() {
		CallLog log = new CallLog(
				new CallLog.Rates(StoreFixture.limit("log", Algorithm.SLIDING_WINDOW_LOG, "10000/s")));
		for (long now = 0; now < 10_000; now++) {
			log.advance(now);
			log.add(1);
		}
		assertThat(log.ringSize()).isEqualTo(16_384);
		log.advance(2_000_000_000);
		assertThat(log.balance()).isEqualTo(10_000);
		assertThat(log.ringSize()).isEqualTo(8);
	}

}
