package io.github.ratelimit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The permits that calls of this process hold while their outcome is not known, by limit
 * and key. It tells the refusals apart that may end as soon as those calls are decided:
 * they get a short wait, and lead to no ban. It counts nothing that the store does not
 * count. Bounded; thread-safe.
 */
final class PendingCalls {

	/** What a refused call is told: few calls are undecided for longer. */
	static final long RETRY_AFTER_NANOS = Duration.ofSeconds(1).toNanos();

	/** A call that began before this is not waited for any more. */
	private static final long LONGEST_NANOS = Duration.ofMinutes(10).toNanos();

	private static final int MOST = 10_000;

	private final ConcurrentMap<Bucket, HeldPermits> held = new ConcurrentHashMap<>();

	private final TimeSource time;

	PendingCalls(TimeSource time) {
		this.time = time;
	}

	/**
	 * Returns what undecided calls hold of each charge's limit and key.
	 * @return permits in the order of the charges, null if no charge is pending
	 */
	long @Nullable [] permits(List<Charge> charges) {
		long[] permits = null;
		for (int i = 0; i < charges.size(); i++) {
			if (charges.get(i).isPending()) {
				permits = (permits != null) ? permits : new long[charges.size()];
				permits[i] = permits(charges.get(i));
			}
		}
		return permits;
	}

	private long permits(Charge charge) {
		HeldPermits of = this.held.get(Bucket.of(charge));
		return (of != null && !of.isOlderThan(LONGEST_NANOS, this.time.nanoTime())) ? of.permits() : 0;
	}

	/**
	 * Notes what a call took of its pending charges, or why it was refused.
	 * @param said what the limits say
	 * @param before the permits that were held before the limits were asked, in the same
	 * order: a call may have been decided since
	 * @return what the limits say, with what is known of undecided calls
	 */
	List<LimitDecision> decided(List<LimitDecision> said, long[] before) {
		boolean allowed = said.stream().noneMatch(LimitDecision::refuses);
		List<LimitDecision> decided = new ArrayList<>(said.size());
		for (int i = 0; i < said.size(); i++) {
			long heldBefore = (said.size() == before.length) ? before[i] : 0;
			decided.add(decided(said.get(i), allowed, heldBefore));
		}
		return decided;
	}

	private LimitDecision decided(LimitDecision said, boolean allowed, long heldBefore) {
		Charge charge = said.charge();
		if (!charge.isPending() || said.isDegraded() || said.isBanned()) {
			return said;
		}
		if (said.violated()) {
			long held = Math.max(heldBefore, permits(charge));
			boolean mayComeBack = held > 0 && !said.neverPayable() && said.remaining() + held >= charge.needed();
			return mayComeBack
					? LimitDecision.awaitingOutcomes(said, Math.min(RETRY_AFTER_NANOS, said.retryAfterNanos())) : said;
		}
		return (allowed && said.receipt() != null && begin(charge)) ? LimitDecision.pending(said, () -> end(charge))
				: said;
	}

	private boolean begin(Charge charge) {
		long now = this.time.nanoTime();
		Bucket bucket = Bucket.of(charge);
		if (this.held.size() >= MOST && !this.held.containsKey(bucket)) {
			this.held.values().removeIf((of) -> of.isOlderThan(LONGEST_NANOS, now));
			if (this.held.size() >= MOST) {
				return false;
			}
		}
		this.held.merge(bucket, new HeldPermits(charge.permits(), now), HeldPermits::plus);
		return true;
	}

	private void end(Charge charge) {
		this.held.computeIfPresent(Bucket.of(charge), (bucket, of) -> of.minus(charge.permits()));
	}

	/** Returns of how many keys there are undecided calls: for tests. */
	int size() {
		return this.held.size();
	}

	private record Bucket(String limit, Key key) {

		static Bucket of(Charge charge) {
			return new Bucket(charge.limit().name(), charge.key());
		}

	}

	/**
	 * What undecided calls hold of one limit and key.
	 *
	 * @param permits how many, more than 0
	 * @param sinceNanos when the last of them began
	 */
	private record HeldPermits(long permits, long sinceNanos) {

		boolean isOlderThan(long nanos, long now) {
			return now - this.sinceNanos > nanos;
		}

		HeldPermits plus(HeldPermits more) {
			return new HeldPermits(this.permits + more.permits, more.sinceNanos);
		}

		@Nullable HeldPermits minus(long fewer) {
			return (this.permits > fewer) ? new HeldPermits(this.permits - fewer, this.sinceNanos) : null;
		}

	}

}
