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
 * The calls of this process with an unknown outcome, by limit and key. A refusal that may
 * end as soon as those calls are decided gets a short wait, and leads to no ban. Only
 * calls that the store counts are counted here. Bounded. Thread-safe.
 */
final class PendingCharges {

	/** The wait of such a refusal: few calls are undecided for longer. */
	static final long RETRY_AFTER_NANOS = Duration.ofSeconds(1).toNanos();

	/** Calls that are older do not count as undecided. */
	private static final long MAX_AGE_NANOS = Duration.ofMinutes(10).toNanos();

	private static final int MAX_KEYS = 10_000;

	/** How many refusals may be unclear before they count as refusals. */
	private static final int MAX_UNCLEAR = 16;

	private final ConcurrentMap<Bucket, Calls> calls = new ConcurrentHashMap<>();

	private final TimeSource time;

	PendingCharges(TimeSource time) {
		this.time = time;
	}

	/**
	 * Notes that a call is about to take a pending charge from the store. The caller has
	 * to report the {@linkplain Attempt#answered answer}, or that there was
	 * {@linkplain Attempt#ended none}.
	 * @return null if there is no room for the key
	 */
	@Nullable Attempt ask(Charge charge) {
		long now = this.time.nanoTime();
		Bucket bucket = new Bucket(charge.handle().registered(), charge.key());
		if (this.calls.size() >= MAX_KEYS && !this.calls.containsKey(bucket)) {
			this.calls.values().removeIf((of) -> of.isOlderThan(MAX_AGE_NANOS, now));
			if (this.calls.size() >= MAX_KEYS) {
				return null;
			}
		}
		Attempt[] attempt = new Attempt[1];
		this.calls.compute(bucket, (key, known) -> {
			Calls of = (known != null && !known.isOlderThan(MAX_AGE_NANOS, now)) ? known : new Calls();
			of.asking++;
			of.since = now;
			attempt[0] = new Attempt(bucket, of, of.permits, of.grants);
			return of;
		});
		return attempt[0];
	}

	/** Returns the number of keys with undecided calls, for tests. */
	int size() {
		return this.calls.size();
	}

	/** One call that requests permits of one limit and key. Used by one thread. */
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
		 * Notes the decision of the limit.
		 * @param decision the decision
		 * @param allowed whether the call may go on
		 * @return the decision, changed by what is known about undecided calls
		 */
		ChargeDecision answered(ChargeDecision decision, boolean allowed) {
			ChargeDecision[] answered = { decision };
			end((of) -> {
				boolean counted = !decision.isDegraded() && !decision.isBanned();
				if (counted && decision.isViolated()) {
					answered[0] = refused(decision, of);
				}
				else if (counted && allowed && decision.receipt() != null) {
					long permits = decision.charge().permits();
					of.permits += permits;
					of.grants++;
					of.unclear = 0;
					answered[0] = ChargeDecision.pending(decision, () -> decided(permits));
				}
			});
			return answered[0];
		}

		private ChargeDecision refused(ChargeDecision decision, Calls of) {
			long held = Math.max(this.heldBefore, of.permits);
			boolean enough = held > 0 && decision.remaining() + held >= decision.charge().needed();
			boolean others = enough || of.grants != this.grantsBefore;
			if (!others && of.asking == 0) {
				this.offences = of.unclear + 1;
				of.unclear = 0;
				return decision;
			}
			if (!others && ++of.unclear >= MAX_UNCLEAR) {
				this.offences = of.unclear;
				of.unclear = 0;
			}
			return decision.isNeverPayable() ? decision : ChargeDecision.awaitingOutcomes(decision,
					Math.min(RETRY_AFTER_NANOS, decision.retryAfterNanos()));
		}

		/** Ends the attempt: the call was not answered, or its answer was noted. */
		void ended() {
			end((of) -> {
			});
		}

		/** Returns how many refusals count towards a ban now. */
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

		/** Has no effect on the map for calls that were dropped. */
		private void update(Runnable change) {
			PendingCharges.this.calls.compute(this.bucket, (key, current) -> {
				change.run();
				return (current == this.calls && current.isOver()) ? null : current;
			});
		}

	}

	private record Bucket(RegisteredLimit limit, Key key) {
	}

	/** The calls of one limit and key. Guarded by the map. */
	private static final class Calls {

		/** The number of calls that wait for the store. */
		private int asking;

		/** The permits of calls with an unknown outcome. */
		private long permits;

		/** The number of calls that were ever granted. */
		private long grants;

		/**
		 * How many calls were refused while other calls that may hold the permits waited
		 * for the store.
		 */
		private int unclear;

		/** When the last call began. */
		private long since;

		boolean isOlderThan(long nanos, long now) {
			return now - this.since > nanos;
		}

		boolean isOver() {
			return this.asking <= 0 && this.permits <= 0;
		}

	}

}
