package io.github.ratelimit.limiter;

import io.github.ratelimit.Key;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The calls of this process whose outcome is not known, by limit and key. It tells the
 * refusals apart that may end as soon as those calls are decided: they get a short wait,
 * and lead to no ban. It counts nothing that the store does not count. Bounded;
 * thread-safe.
 */
final class PendingCalls {

	/** What a refused call is told: few calls are undecided for longer. */
	static final long RETRY_AFTER_NANOS = Duration.ofSeconds(1).toNanos();

	/** A call that began before this is not waited for any more. */
	private static final long MAX_AGE_NANOS = Duration.ofMinutes(10).toNanos();

	private static final int MAX_KEYS = 10_000;

	/** How many refusals may wait for others to tell what they were. */
	private static final int MAX_UNCLEAR = 16;

	private final ConcurrentMap<Bucket, Calls> calls = new ConcurrentHashMap<>();

	private final TimeSource time;

	PendingCalls(TimeSource time) {
		this.time = time;
	}

	/**
	 * Notes that a call is about to ask for a pending charge. What it is answered has to
	 * be {@linkplain Attempt#answered told}, or that it was {@linkplain Attempt#ended
	 * not}.
	 * @return null if the charge is not pending
	 */
	@Nullable Attempt ask(Charge charge) {
		if (!charge.isPending()) {
			return null;
		}
		long now = this.time.nanoTime();
		Bucket bucket = new Bucket(charge.handle().registered(), charge.key());
		if (this.calls.size() >= MAX_KEYS && !this.calls.containsKey(bucket)) {
			this.calls.values().removeIf((of) -> of.isOlderThan(MAX_AGE_NANOS, now));
			if (this.calls.size() >= MAX_KEYS) {
				return null;
			}
		}
		Attempt[] question = new Attempt[1];
		this.calls.compute(bucket, (key, known) -> {
			Calls of = (known != null && !known.isOlderThan(MAX_AGE_NANOS, now)) ? known : new Calls();
			of.asking++;
			of.since = now;
			question[0] = new Attempt(bucket, of, of.permits, of.grants);
			return of;
		});
		return question[0];
	}

	/** Returns of how many keys there are undecided calls: for tests. */
	int size() {
		return this.calls.size();
	}

	/** One call that asks for permits of one limit and key. Used by one thread. */
	final class Attempt {

		private final Bucket bucket;

		private final Calls calls;

		private final long heldBefore;

		private final long grantsBefore;

		private boolean open = true;

		private int offences;

		private Attempt(Bucket bucket, Calls calls, long heldBefore, long grantsBefore) {
			this.bucket = bucket;
			this.calls = calls;
			this.heldBefore = heldBefore;
			this.grantsBefore = grantsBefore;
		}

		/**
		 * Notes what the limit has said.
		 * @param said what it has said
		 * @param allowed whether the call goes on
		 * @return the same with what is known of undecided calls
		 */
		ChargeDecision answered(ChargeDecision said, boolean allowed) {
			ChargeDecision[] answered = { said };
			end((of) -> {
				boolean counted = !said.isDegraded() && !said.isBanned();
				if (counted && said.violated()) {
					answered[0] = refused(said, of);
				}
				else if (counted && allowed && said.receipt() != null) {
					long permits = said.charge().permits();
					of.permits += permits;
					of.grants++;
					of.unclear = 0;
					answered[0] = ChargeDecision.pending(said, () -> decided(permits));
				}
			});
			return answered[0];
		}

		private ChargeDecision refused(ChargeDecision said, Calls of) {
			long held = Math.max(this.heldBefore, of.permits);
			boolean enough = held > 0 && said.remaining() + held >= said.charge().needed();
			boolean others = enough || of.grants != this.grantsBefore;
			if (!others && of.asking == 0) {
				this.offences = of.unclear + 1;
				of.unclear = 0;
				return said;
			}
			if (!others && ++of.unclear >= MAX_UNCLEAR) {
				this.offences = of.unclear;
				of.unclear = 0;
			}
			return said.neverPayable() ? said
					: ChargeDecision.awaitingOutcomes(said, Math.min(RETRY_AFTER_NANOS, said.retryAfterNanos()));
		}

		/** The call was not answered, or its answer was noted. */
		void ended() {
			end((of) -> {
			});
		}

		/** Returns how many refusals are known now to have had no undecided call. */
		int offences() {
			return this.offences;
		}

		private void end(Consumer<Calls> change) {
			if (!this.open) {
				return;
			}
			this.open = false;
			update(() -> {
				this.calls.asking--;
				change.accept(this.calls);
			});
		}

		private void decided(long permits) {
			update(() -> this.calls.permits -= permits);
		}

		/** Whoever is counted no more, having been forgotten, changes nothing. */
		private void update(Runnable change) {
			PendingCalls.this.calls.compute(this.bucket, (key, current) -> {
				change.run();
				return (current == this.calls && current.isOver()) ? null : current;
			});
		}

	}

	private record Bucket(RegisteredLimit limit, Key key) {
	}

	/** The calls about one limit and key. Guarded by the map. */
	private static final class Calls {

		/** How many are asking their limits. */
		private int asking;

		/** What those hold whose outcome is not known. */
		private long permits;

		/** How many were granted, ever. */
		private long grants;

		/** How many were refused while others asked who may hold the permits. */
		private int unclear;

		/** When the last of them began. */
		private long since;

		boolean isOlderThan(long nanos, long now) {
			return now - this.since > nanos;
		}

		boolean isOver() {
			return this.asking <= 0 && this.permits <= 0;
		}

	}

}
