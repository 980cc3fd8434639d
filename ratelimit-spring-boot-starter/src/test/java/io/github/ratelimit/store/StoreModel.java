package io.github.ratelimit.store;

import io.github.ratelimit.Charge;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A store, plainly: one caller, a map, exact buckets. It says what a real store has to
 * answer.
 */
final class StoreModel {

	private final ManualTime time;

	private final long resolution;

	private final Map<Bucket, BucketModel> buckets = new HashMap<>();

	StoreModel(ManualTime time, long resolution) {
		this.time = time;
		this.resolution = resolution;
	}

	/** Takes the charges if all are there, and compares what the store said. */
	void take(List<Charge> charges, List<LimitDecision> said) {
		assertThat(said).hasSameSizeAs(charges);
		boolean granted = charges.stream().allMatch((charge) -> bucket(charge).has(charge.permits()));
		for (int i = 0; i < charges.size(); i++) {
			Charge charge = charges.get(i);
			BucketModel bucket = bucket(charge);
			if (granted && charge.permits() > 0) {
				bucket.take(charge.permits());
				this.buckets.put(new Bucket(charge.limit().name(), charge.key()), bucket);
			}
			assertSays(said.get(i), charge, bucket, granted);
		}
	}

	/**
	 * Written without assertThat, which would take most of a million comparisons' time.
	 */
	private static void assertSays(LimitDecision said, Charge charge, BucketModel bucket, boolean granted) {
		boolean refused = !granted && !bucket.has(charge.permits());
		assertSame("permits asked for", said, said.charge().permits(), charge.permits());
		assertSame("violated", said, said.violated(), refused);
		assertSame("remaining", said, said.remaining(), bucket.remaining());
		assertSame("retry after", said, said.retryAfterNanos(), refused ? bucket.waitFor(charge.permits()) : 0);
		assertSame("never payable", said, said.neverPayable(), charge.permits() > charge.limit().capacity());
		assertSame("reset after", said, said.resetAfter().toNanos(), bucket.timeToFull());
		assertSame("has a receipt", said, said.receipt() != null && !granted, false);
		for (int rate = 0; rate < charge.limit().rates().size(); rate++) {
			String place = " of rate " + rate;
			long remaining = bucket.remaining(rate);
			assertSame("remaining" + place, said, said.remaining(rate), remaining);
			assertSame("reset after" + place, said, said.resetAfter(rate).toNanos(), bucket.timeToFull(rate));
			assertSame("violated" + place, said, said.violated(rate), refused && remaining < charge.permits());
		}
	}

	private static <T> void assertSame(String what, LimitDecision said, T actual, T expected) {
		if (!actual.equals(expected)) {
			throw new AssertionError(
					what + " should be " + expected + " but is " + actual + ": " + said.charge() + " -> " + said);
		}
	}

	/** Returns the bucket as it is now, a full one if nothing was ever taken of it. */
	BucketModel bucket(Charge charge) {
		return bucket(charge.limit(), charge.key());
	}

	BucketModel bucket(Limit limit, Key key) {
		BucketModel known = known(limit, key);
		return (known != null) ? known : new BucketModel(limit, this.time.nanoTime(), this.resolution);
	}

	/** Returns the bucket as it is now, null if nothing was ever taken of it. */
	@Nullable BucketModel known(Limit limit, Key key) {
		BucketModel known = this.buckets.get(new Bucket(limit.name(), key));
		return (known != null) ? known.at(this.time.nanoTime()) : null;
	}

	/** Gives back what was taken of these buckets, where they are still the same. */
	void giveBack(List<LimitDecision> taken, List<@Nullable BucketModel> from) {
		for (int i = 0; i < taken.size(); i++) {
			Charge charge = taken.get(i).charge();
			BucketModel known = known(charge.limit(), charge.key());
			if (known != null && known == from.get(i)) {
				known.giveBack(charge.permits());
			}
		}
	}

	/** Returns the buckets that charges were taken of. */
	List<@Nullable BucketModel> bucketsOf(List<LimitDecision> taken) {
		List<@Nullable BucketModel> buckets = new ArrayList<>();
		taken.forEach((decision) -> buckets.add(known(decision.limit(), decision.key())));
		return buckets;
	}

	boolean forget(Limit limit, Key key) {
		return this.buckets.remove(new Bucket(limit.name(), key)) != null;
	}

	private record Bucket(String limit, Key key) {
	}

}
