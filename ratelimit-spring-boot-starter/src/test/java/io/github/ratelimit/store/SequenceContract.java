package io.github.ratelimit.store;

import io.github.ratelimit.Charge;
import io.github.ratelimit.Key;
import io.github.ratelimit.KeyState;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.LimitStore;
import io.github.ratelimit.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** One caller after the other: a store answers as the model does. */
public interface SequenceContract extends StoreFixture {

	/** How many random sequences of 2,000 steps are tried. */
	default int sequences() {
		return 60;
	}

	@Test
	default void randomSequencesAreAnsweredAsTheModelDoes() {
		long seed = System.nanoTime();
		for (int sequence = 0; sequence < sequences(); sequence++) {
			new RandomSequence(this, seed + sequence).run(2_000);
		}
	}

	/** A random sequence of everything that can be asked of a store. */
	final class RandomSequence {

		private static final List<String> RATES = List.of("7/3s", "1/500ms", "1000003/h", "5/15min burst 2",
				"5/s, 60/min burst 90", "3/s burst 1, 10/min, 100/h burst 250", "1/d burst 3", "10/ms burst 1000000",
				"900000000000000/365d", "1000000/ms", "1/ms, 999/s burst 3", "2/7ms burst 9, 3/11ms burst 4");

		private final long seed;

		private final long resolution;

		private final SplittableRandom random;

		private final ManualTime time = new ManualTime();

		private final LimitStore store;

		private final StoreModel model;

		private final List<Limit> limits = new ArrayList<>();

		private final List<Key> keys = List.of(Key.of("ann"), Key.of("user", "ann"), Key.GLOBAL);

		private final List<Taken> taken = new ArrayList<>();

		private long toldWait;

		private int granted;

		private int refused;

		RandomSequence(StoreFixture fixture, long seed) {
			this.seed = seed;
			this.resolution = fixture.resolution();
			this.random = new SplittableRandom(seed);
			this.store = fixture.createStore(this.time);
			this.model = new StoreModel(this.time, this.resolution);
			for (int i = 0; i < 4; i++) {
				Limit limit = StoreFixture.limit("limit" + i, pick(RATES));
				this.limits.add(fixture.takes(limit) ? limit : StoreFixture.limit("limit" + i, "900000/365d"));
			}
		}

		void run(int steps) {
			for (int step = 0; step < steps; step++) {
				try {
					step();
				}
				catch (AssertionError | RuntimeException ex) {
					throw new AssertionError(
							"Seed " + this.seed + ", step " + step + ", " + this.limits + ": " + ex.getMessage(), ex);
				}
			}
			assertThat(this.granted).isGreaterThan(steps / 20);
			assertThat(this.refused).isGreaterThan(steps / 20);
		}

		private void step() {
			int dice = this.random.nextInt(100);
			if (dice < 45) {
				take(List.of(charge(pick(this.limits), pick(this.keys))));
			}
			else if (dice < 60) {
				take(severalCharges());
			}
			else if (dice < 86) {
				this.time.advance(Duration.ofNanos(someTime()));
			}
			else if (dice < 94) {
				giveBack();
			}
			else if (dice < 99) {
				find(pick(this.limits), pick(this.keys));
			}
			else {
				reset(pick(this.limits), pick(this.keys));
			}
		}

		private void take(List<Charge> charges) {
			List<LimitDecision> said = (charges.size() == 1) ? List.of(this.store.take(charges.get(0)))
					: this.store.takeAll(charges);
			this.model.take(charges, said);
			boolean allowed = said.stream().noneMatch(LimitDecision::violated);
			if (allowed) {
				this.granted++;
				this.taken.add(new Taken(said, this.model.bucketsOf(said)));
			}
			else {
				this.refused++;
				this.toldWait = said.stream().mapToLong(LimitDecision::retryAfterNanos).max().orElseThrow();
			}
		}

		private void giveBack() {
			if (!this.taken.isEmpty()) {
				Taken some = this.taken.remove(this.random.nextInt(this.taken.size()));
				some.decisions().forEach(this.store::giveBack);
				this.model.giveBack(some.decisions(), some.buckets());
			}
		}

		private void find(Limit limit, Key key) {
			Optional<KeyState> found = this.store.find(limit, key.id());
			BucketModel known = this.model.known(limit, key);
			if (known == null) {
				assertThat(found).isEmpty();
			}
			else if (known.timeToFull() > 0) {
				KeyState state = found.orElseThrow();
				assertThat(state.key()).isEqualTo(key.label());
				assertThat(state.remaining()).isEqualTo(known.remaining());
				assertThat(state.resetAfter()).isEqualTo(Duration.ofNanos(known.timeToFull()));
				assertThat(limit.rates()).anyMatch((rate) -> rate.burst() == state.limit());
			}
		}

		private void reset(Limit limit, Key key) {
			BucketModel known = this.model.known(limit, key);
			boolean full = known != null && known.timeToFull() == 0;
			boolean forgotten = this.store.reset(limit, key.id());
			boolean expected = this.model.forget(limit, key);
			assertThat(forgotten || full).isEqualTo(expected);
		}

		private List<Charge> severalCharges() {
			List<Charge> charges = new ArrayList<>();
			for (Limit limit : this.limits) {
				if (this.random.nextInt(3) > 0) {
					charges.add(charge(limit, pick(this.keys)));
				}
			}
			return charges.isEmpty() ? List.of(charge(this.limits.get(0), Key.GLOBAL)) : charges;
		}

		private Charge charge(Limit limit, Key key) {
			BucketModel bucket = this.model.bucket(limit, key);
			long permits = switch (this.random.nextInt(8)) {
				case 0 -> 0;
				case 1 -> limit.capacity() + 1;
				case 2 -> bucket.remaining();
				case 3 -> bucket.remaining() + 1;
				case 4 -> this.random.nextLong(limit.capacity() + 2);
				default -> 1 + this.random.nextLong(1 + limit.capacity() / 4);
			};
			return new Charge(limit, key, permits);
		}

		private long someTime() {
			if (this.time.nanoTime() > Long.MAX_VALUE / 2) {
				return 0;
			}
			BucketModel bucket = this.model.bucket(pick(this.limits), pick(this.keys));
			long wait = (this.toldWait == LimitDecision.NEVER) ? 0 : this.toldWait;
			long nanos = switch (this.random.nextInt(12)) {
				case 0 -> 1;
				case 1 -> wait;
				case 2 -> wait - this.resolution;
				case 3 -> bucket.timeToFull();
				case 4 -> bucket.timeToFull() - this.resolution;
				case 5 -> this.random.nextLong(1 + 2 * bucket.timeToFull());
				case 6 -> this.random.nextLong(10_000);
				default -> this.random
					.nextLong(1 + bucket.waitFor(Math.min(bucket.remaining() + 1, bucket.limit().capacity())));
			};
			return Math.max(1, nanos / this.resolution) * this.resolution;
		}

		private <T> T pick(List<T> list) {
			return list.get(this.random.nextInt(list.size()));
		}

	}

	/** What was granted, and from which buckets of the model. */
	record Taken(List<LimitDecision> decisions, List<@Nullable BucketModel> buckets) {
	}

}
