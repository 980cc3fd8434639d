package io.github.ratelimit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.registry.Handles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** A random sequence of all operations of a store, by one caller. */
final class RandomSequence {

	private static final long END = Long.MAX_VALUE / 4;

	private final long seed;

	private final long resolution;

	private final SplittableRandom random;

	private final ManualTime time = new ManualTime();

	private final LimitStore store;

	private final StoreModel model;

	private final List<Limit> limits = new ArrayList<>();

	private final List<Key> keys = List.of(Key.of("ann"), Key.of("user", "ann"), Key.GLOBAL);

	private final List<StoreModel.Taken> taken = new ArrayList<>();

	private final boolean everything;

	private long reportedWait;

	private int granted;

	private int refused;

	/** Creates a sequence over limits of some algorithms. */
	RandomSequence(StoreFixture fixture, long seed, List<Algorithm> algorithms) {
		this(fixture, seed, true);
		SomeLimits some = new SomeLimits(this.random);
		for (int i = 0; i < 4; i++) {
			Limit limit = some.of("limit" + i, pick(algorithms));
			while (!fixture.takes(limit)) {
				limit = some.of("limit" + i, limit.algorithm());
			}
			this.limits.add(limit);
		}
	}

	private RandomSequence(StoreFixture fixture, long seed, boolean everything) {
		this.seed = seed;
		this.resolution = fixture.resolution();
		this.random = new SplittableRandom(seed);
		this.store = fixture.createStore(this.time);
		this.model = new StoreModel(this.time, this.resolution);
		this.everything = everything;
	}

	/** Returns a sequence over token buckets that only takes and gives back. */
	static RandomSequence ofBuckets(StoreFixture fixture, long seed) {
		RandomSequence sequence = new RandomSequence(fixture, seed, false);
		SomeLimits some = new SomeLimits(sequence.random);
		for (int i = 0; i < 4; i++) {
			Limit limit = some.bucket("limit" + i);
			sequence.limits.add(fixture.takes(limit) ? limit : StoreFixture.limit("limit" + i, "900000/365d"));
		}
		return sequence;
	}

	void run(int steps) {
		for (int step = 0; step < steps; step++) {
			try {
				step();
			}
			catch (AssertionError | RuntimeException ex) {
				throw new AssertionError(
						"Seed " + this.seed + ", step " + step + ", "
								+ this.limits.stream().map(RandomSequence::describe).toList() + ": " + ex.getMessage(),
						ex);
			}
		}
		assertThat(this.granted).as("granted, seed %d", this.seed).isGreaterThan(steps / 20);
		assertThat(this.refused).as("refused, seed %d", this.seed).isGreaterThan(steps / 20);
	}

	private static String describe(Limit limit) {
		return limit + " " + limit.algorithm() + ", " + limit.segments() + " segments, wait " + limit.maxWait()
				+ ", debt " + limit.maxDebt();
	}

	private void step() {
		int dice = this.random.nextInt(100);
		if (dice < 45) {
			take(List.of(charge(pick(this.limits), pick(this.keys))));
		}
		else if (dice < 60) {
			take(severalCharges());
		}
		else if (dice < 83) {
			this.time.advance(Duration.ofNanos(someTime()));
		}
		else if (dice < 93) {
			end();
		}
		else if (dice < 98) {
			find(pick(this.limits), pick(this.keys));
		}
		else if (this.random.nextBoolean()) {
			reset(pick(this.limits), pick(this.keys));
		}
	}

	private void take(List<Charge> charges) {
		List<ChargeDecision> results = (charges.size() == 1) ? List.of(this.store.take(charges.get(0)))
				: this.store.takeAll(charges);
		this.taken.addAll(this.model.take(charges, results));
		if (results.stream().noneMatch(ChargeDecision::isRefused)) {
			this.granted++;
		}
		else {
			this.refused++;
			this.reportedWait = results.stream().mapToLong(ChargeDecision::retryAfterNanos).max().orElseThrow();
		}
	}

	/** Gives permits back, or settles a call. */
	private void end() {
		if (this.taken.isEmpty()) {
			return;
		}
		boolean late = this.random.nextInt(4) == 0;
		int latest = this.taken.size() - 1;
		StoreModel.Taken some = this.taken
			.remove(late ? this.random.nextInt(latest + 1) : latest - this.random.nextInt(Math.min(3, latest + 1)));
		long permits = some.decision().charge().permits();
		if (!this.everything || some.limit().isConcurrency() || this.random.nextInt(3) == 0) {
			this.store.giveBack(some.decision());
			this.model.giveBack(some, permits);
			return;
		}
		long actual = switch (this.random.nextInt(6)) {
			case 0 -> 0;
			case 1 -> permits;
			case 2 -> permits + this.random.nextLong(1 + 3 * some.limit().capacity());
			case 3 -> permits + 1;
			default -> this.random.nextLong(1 + permits);
		};
		this.store.settle(some.decision(), actual);
		this.model.settle(some, actual);
		assertThat(this.store.forgivenPermits(some.decision().charge().handle())).as("forgiven by %s", some.limit())
			.isEqualTo(this.model.forgiven(some.limit()));
	}

	private void find(Limit limit, Key key) {
		Optional<KeyState> found = this.store.find(Handles.of(limit), key.id());
		LimitModel known = this.model.known(limit, key);
		if (known == null) {
			assertThat(found).isEmpty();
		}
		else if (known.timeToFull() > 0) {
			KeyState state = found.orElseThrow();
			assertThat(state.key()).isEqualTo(key.label());
			assertThat(state.remaining()).isEqualTo(known.remaining());
			assertThat(state.resetAfter()).isEqualTo(Duration.ofNanos(known.timeToFull()));
			assertThat(IntStream.range(0, limit.quotas())).anyMatch((quota) -> limit.quota(quota) == state.limit());
		}
	}

	private void reset(Limit limit, Key key) {
		LimitModel known = this.model.known(limit, key);
		boolean full = known != null && known.timeToFull() == 0;
		boolean forgotten = this.store.reset(Handles.of(limit), key.id());
		boolean expected = this.model.forget(limit, key);
		assertThat(forgotten || full).isEqualTo(expected);
	}

	private List<Charge> severalCharges() {
		List<Charge> charges = new ArrayList<>();
		for (Limit limit : this.limits) {
			if (this.random.nextInt(3) > 0) {
				Charge charge = charge(limit, pick(this.keys));
				charges.add((this.everything && this.random.nextInt(4) == 0) ? charge.asDryRun() : charge);
			}
		}
		return charges.isEmpty() ? List.of(charge(this.limits.get(0), Key.GLOBAL)) : charges;
	}

	private Charge charge(Limit limit, Key key) {
		LimitModel known = this.model.model(limit, key);
		long permits = switch (this.random.nextInt(8)) {
			case 0 -> 0;
			case 1 -> limit.capacity() + 1;
			case 2 -> known.remaining();
			case 3 -> known.remaining() + 1;
			case 4 -> this.random.nextLong(limit.capacity() + 2);
			default -> 1 + this.random.nextLong(1 + limit.capacity() / 4);
		};
		if (this.everything && this.random.nextInt(8) == 0) {
			return Charge.peek(Handles.of(limit), key, permits);
		}
		Charge charge = Charge.of(Handles.of(limit), key, permits);
		return limit.isPaced() ? charge.waiting(someWait(limit)) : charge;
	}

	private long someWait(Limit limit) {
		return switch (this.random.nextInt(4)) {
			case 0 -> 0;
			case 1 -> this.random.nextLong(1 + limit.maxWait().toNanos());
			default -> limit.maxWait().toNanos();
		};
	}

	private long someTime() {
		if (this.time.nanoTime() > END) {
			return 0;
		}
		LimitModel known = this.model.model(pick(this.limits), pick(this.keys));
		long wait = (this.reportedWait == ChargeDecision.NEVER) ? 0 : this.reportedWait;
		long full = Math.min(known.timeToFull(), END / 4);
		long nanos = switch (this.random.nextInt(12)) {
			case 0 -> 1;
			case 1 -> wait;
			case 2 -> wait - this.resolution;
			case 3 -> full;
			case 4 -> full - this.resolution;
			case 5 -> this.random.nextLong(1 + 2 * full);
			case 6 -> this.random.nextLong(10_000);
			default ->
				this.random.nextLong(1 + known.waitFor(Math.min(known.remaining() + 1, known.limit().capacity())));
		};
		return Math.max(1, Math.min(nanos, END / 2) / this.resolution) * this.resolution;
	}

	private <T> T pick(List<T> list) {
		return list.get(this.random.nextInt(list.size()));
	}

}
