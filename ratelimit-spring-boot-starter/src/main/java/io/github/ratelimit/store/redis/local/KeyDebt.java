package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.Snapshot;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The permits that one key has received and Redis has not charged. One call is in flight
 * at a time; permits that are added meanwhile are charged by the next. Thread-safe.
 */
final class KeyDebt {

	private static final byte[] ANY_ORIGIN = new byte[0];

	private final RememberedKey key;

	private final byte[] mark;

	private long permits;

	private @Nullable LimitEncoding encoding;

	private @Nullable Supplier<@Nullable Owed> owing;

	/** The encoding of the debt, as the rates of the limit may have changed since. */
	private @Nullable LimitEncoding owingEncoding;

	/** Sent, and not confirmed yet. */
	private @Nullable Call current;

	/** When the first attempt with an unknown outcome was sent, null if there is none. */
	private @Nullable Long unknownSince;

	private boolean underWay;

	/** Whether the key is being reset. */
	private boolean held;

	private CompletableFuture<@Nullable Void> attempted = new CompletableFuture<>();

	private long lastAdded;

	/**
	 * Creates a key without debt.
	 * @param key the key
	 * @param mark the name under which Redis remembers its last charge
	 */
	KeyDebt(RememberedKey key, byte[] mark) {
		this.key = key;
		this.mark = mark;
	}

	RememberedKey key() {
		return this.key;
	}

	synchronized CompletableFuture<?> add(LimitEncoding encoding, long more, long now) {
		long added = Math.min(LimitEncoding.MOST - this.permits, more);
		this.permits += added;
		this.key.giveAway(added);
		this.encoding = encoding;
		this.lastAdded = now;
		return this.attempted;
	}

	synchronized void owes(LimitEncoding encoding, Supplier<@Nullable Owed> owing, long now) {
		this.owing = owing;
		this.owingEncoding = encoding;
		this.encoding = encoding;
		this.lastAdded = now;
	}

	/** Returns what to send next, null if there is nothing or a call is in flight. */
	synchronized @Nullable Call next() {
		if (this.underWay || this.held) {
			return null;
		}
		if (this.current == null) {
			this.current = create();
		}
		this.underWay = this.current != null;
		return this.current;
	}

	private @Nullable Call create() {
		Owed owed = takeOwing();
		LimitEncoding encoding = (owed != null) ? this.owingEncoding : this.encoding;
		if (encoding == null || (this.permits == 0 && owed == null)) {
			return null;
		}
		int rates = encoding.limit().quotas();
		Owed sent = (owed != null) ? owed : new Owed(ANY_ORIGIN, new long[rates], new long[rates], (state, all) -> {
		});
		byte[][] args = { encoding.encode(0), LimitEncoding.doubles(this.permits), encoding.debts(),
				this.key.newOrigin(),
				LimitEncoding.doubles(Double.longBitsToDouble(ThreadLocalRandom.current().nextLong())),
				DebtLedger.rememberedMillis(encoding.limit()), sent.origin(), numbers(sent.there()),
				numbers(sent.lost()) };
		Call call = new Call(encoding, new byte[][] { this.key.name(), this.mark }, args, this.permits, sent,
				this.attempted);
		this.permits = 0;
		this.attempted = new CompletableFuture<>();
		return call;
	}

	/** Calls the supplier, so that what it counts is over. */
	private @Nullable Owed takeOwing() {
		Owed owed = (this.owing != null) ? this.owing.get() : null;
		this.owing = null;
		return owed;
	}

	private static byte[] numbers(long[] numbers) {
		return LimitEncoding.doubles(Arrays.stream(numbers).asDoubleStream().toArray());
	}

	/**
	 * Notes that Redis has charged a call; the state is null if it had done so before.
	 */
	void taken(Call call, @Nullable Snapshot state, boolean all) {
		call.owed().taken().accept(state, all);
		end(call, true);
	}

	/** Notes that the outcome of a call is unknown, so that it is sent again. */
	void unknown(Call call, long asked) {
		synchronized (this) {
			this.unknownSince = (this.unknownSince != null) ? this.unknownSince : asked;
		}
		end(call, false);
	}

	/**
	 * Drops a call whose outcome has been unknown for so long that Redis may no longer
	 * remember that it has charged it.
	 * @return the permits that may not be charged, 0 if nothing is dropped
	 */
	synchronized long dropUnknown(long now) {
		Call call = this.current;
		Long since = this.unknownSince;
		if (call == null || since == null || this.underWay
				|| now - since < DebtLedger.rememberedNanos(call.encoding().limit())) {
			return 0;
		}
		this.current = null;
		this.unknownSince = null;
		this.key.late().end(call.permits());
		return call.permits() + Arrays.stream(call.owed().there()).max().orElse(0);
	}

	/** Notes that a call has ended, and whether it is not sent again. */
	void end(Call call, boolean over) {
		synchronized (this) {
			this.underWay = false;
			this.current = over ? null : this.current;
			this.unknownSince = over ? null : this.unknownSince;
		}
		if (over) {
			this.key.late().end(call.permits());
		}
		call.attempted().complete(null);
	}

	synchronized boolean isUnderWay() {
		return this.underWay;
	}

	synchronized boolean isEmpty() {
		return this.permits == 0 && this.owing == null && this.current == null;
	}

	/** Returns whether there is a debt that has not been sent yet. */
	synchronized boolean hasMore() {
		return this.current == null && !this.held && (this.permits > 0 || this.owing != null);
	}

	/** Notes whether the key is being reset, so that nothing is sent. */
	synchronized void hold(boolean held) {
		this.held = held;
	}

	/** Drops the debt, but for a call in flight. */
	synchronized void forgive() {
		this.key.late().end(this.permits);
		this.permits = 0;
		takeOwing();
		this.attempted.complete(null);
		this.attempted = new CompletableFuture<>();
		Call waiting = this.underWay ? null : this.current;
		if (waiting != null) {
			this.current = null;
			this.unknownSince = null;
			this.key.late().end(waiting.permits());
			waiting.attempted().complete(null);
		}
	}

	/** Drops the debt if it would have refilled meanwhile. */
	synchronized boolean dropIfOver(long now) {
		if (this.underWay || this.encoding == null
				|| now - this.lastAdded <= DebtLedger.nanosToForget(this.encoding.limit())) {
			return false;
		}
		this.key.late().end(this.permits + ((this.current != null) ? this.current.permits() : 0));
		takeOwing();
		this.attempted.complete(null);
		return true;
	}

	/**
	 * The debt of a key, for each rate.
	 *
	 * @param origin of the state that was seen, empty if any will do
	 * @param there what to charge if that state is still there
	 * @param lost what to charge if it is not
	 * @param taken receives the state after the charge, null if unknown, and whether all
	 * of it found room
	 */
	record Owed(byte[] origin, long[] there, long[] lost, BiConsumer<@Nullable Snapshot, Boolean> taken) {
	}

	/**
	 * One call of the script.
	 *
	 * @param encoding the limit
	 * @param keys of the call
	 * @param args of the call
	 * @param permits how many it charges
	 * @param owed what it charges of each rate by itself
	 * @param attempted is completed when there is an answer or a failure
	 */
	record Call(LimitEncoding encoding, byte[][] keys, byte[][] args, long permits, Owed owed,
			CompletableFuture<@Nullable Void> attempted) {
	}

}
