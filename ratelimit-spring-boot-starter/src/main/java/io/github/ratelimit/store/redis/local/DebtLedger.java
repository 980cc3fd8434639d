package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.store.redis.client.FailureReason;
import io.github.ratelimit.store.redis.client.RedisAccess;
import io.github.ratelimit.store.redis.client.ResendTimer;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import io.github.ratelimit.store.redis.script.SlotEncoding;
import io.github.ratelimit.store.redis.script.Snapshot;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The debts of keys: permits that calls have received and Redis has not charged. A debt
 * is charged as soon as the node of its key answers, one call of a key at a time and a
 * bounded number of keys at a time, and is retried until Redis has charged it. Each
 * charge has a name, so that one whose outcome is unknown is not charged twice; it is
 * dropped before Redis forgets the name. A debt that can no longer have an effect is
 * dropped. The number of keys is bounded; permits of further keys are
 * {@linkplain #forgotten forgotten}. Thread-safe.
 */
public final class DebtLedger {

	private static final Log logger = LogFactory.getLog(DebtLedger.class);

	/** After this time a charge is sent again; Redis charges it once. */
	private static final long TIMEOUT_MILLIS = 1000;

	/** More calls at once would delay decisions after an outage. */
	private static final int MOST_UNDER_WAY = 32;

	/** How long a charge whose outcome is unknown may be sent again, at least. */
	private static final Duration LEAST_REMEMBERED = Duration.ofMinutes(1);

	/** The same, at most: Redis keeps the name of the last charge of each key. */
	private static final Duration MOST_REMEMBERED = Duration.ofMinutes(10);

	/** Redis remembers a charge for longer, as the last attempt may be delayed. */
	private static final Duration MARGIN = Duration.ofSeconds(10);

	private final RedisAccess redis;

	private final int mostKeys;

	/** Distinguishes this instance's charges from those of others. */
	private final String instance = Long.toHexString(ThreadLocalRandom.current().nextLong());

	private final ConcurrentMap<ByteBuffer, KeyDebt> byName = new ConcurrentHashMap<>();

	/** Room for calls under way. */
	private final Semaphore room = new Semaphore(MOST_UNDER_WAY);

	private final ResendTimer resends;

	/**
	 * Creates an empty ledger.
	 * @param mostKeys how many keys are remembered
	 */
	public DebtLedger(RedisAccess redis, int mostKeys) {
		this.redis = redis;
		this.mostKeys = mostKeys;
		this.resends = new ResendTimer(redis, this.byName::isEmpty, this::chargeNow);
	}

	/**
	 * Adds permits that a key has received, without waiting.
	 * @param key the key
	 * @param encoding the limit; without effect for slots, which are leases
	 * @param permits how many, nothing happens for 0 or less
	 * @return is completed when they are charged, or the first attempt has failed, or
	 * there is none as the node does not answer
	 */
	public CompletableFuture<?> charge(RememberedKey key, LimitEncoding encoding, long permits) {
		if (permits <= 0 || encoding instanceof SlotEncoding) {
			return CompletableFuture.completedFuture(null);
		}
		List<CompletableFuture<?>> done = new ArrayList<>(1);
		KeyDebt entry = change(key, (changed) -> done.add(changed.add(encoding, permits, this.redis.now())));
		if (entry == null) {
			key.keys().forgotten().add(permits);
			return CompletableFuture.completedFuture(null);
		}
		boolean sent = send(ByteBuffer.wrap(key.name()), entry);
		if (!sent && this.redis.isOpen(key.name())) {
			note(key, permits);
		}
		this.resends.schedule();
		return (sent || entry.isUnderWay()) ? done.get(0) : CompletableFuture.completedFuture(null);
	}

	/**
	 * Notes that a key has received permits, whose number is determined when they are
	 * charged: not at once, since the key's node has just failed to answer.
	 * @param owing supplies the number, null if there is no debt
	 * @return false if too many keys owe something
	 */
	boolean addLater(RememberedKey key, LimitEncoding encoding, Supplier<KeyDebt.@Nullable Owed> owing) {
		boolean remembered = change(key, (changed) -> changed.owes(encoding, owing, this.redis.now())) != null;
		this.resends.schedule();
		return remembered;
	}

	private @Nullable KeyDebt change(RememberedKey key, Consumer<KeyDebt> change) {
		return this.byName.compute(ByteBuffer.wrap(key.name()), (same, known) -> {
			if (known == null && this.byName.size() >= this.mostKeys) {
				return null;
			}
			KeyDebt changed = (known != null) ? known
					: new KeyDebt(key, this.redis.names().charged(key.name(), this.instance));
			change.accept(changed);
			return changed;
		});
	}

	/** Returns whether a call was sent. */
	private boolean send(ByteBuffer name, KeyDebt entry) {
		if (this.redis.isAway(entry.key().name())) {
			return false;
		}
		if (!this.room.tryAcquire()) {
			return false;
		}
		entry.key().keys().forgotten().add(entry.dropUnknown(this.redis.now()));
		KeyDebt.Call call = entry.next();
		if (call == null) {
			this.room.release();
			return false;
		}
		RememberedKey key = entry.key();
		key.forgetState(this.redis.now());
		long asked = this.redis.now();
		CompletableFuture<byte[]> answer = this.redis.client()
			.run(this.redis.scripts().charge(), call.keys(), call.args())
			.copy()
			.orTimeout(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
		this.redis.noted(answer, key.name()).whenComplete((bytes, failure) -> {
			this.room.release();
			try {
				key.forgetState(this.redis.now());
				if (failure != null) {
					failed(entry, call, failure, asked);
				}
				else {
					taken(entry, call, bytes, asked);
				}
			}
			catch (RuntimeException ex) {
				logger.debug("The answer to a charge cannot be read", ex);
				entry.end(call, true);
			}
			again(name, entry);
		});
		return true;
	}

	private static void failed(KeyDebt entry, KeyDebt.Call call, Throwable failure, long asked) {
		boolean ofOneKey = FailureReason.isOfOneKey(failure);
		if (ofOneKey || FailureReason.isCertainlyUndone(failure)) {
			entry.end(call, ofOneKey);
		}
		else {
			entry.unknown(call, asked);
		}
	}

	private void taken(KeyDebt entry, KeyDebt.Call call, byte[] bytes, long asked) {
		ByteBuffer answer = LimitEncoding.wrap(bytes);
		entry.key().keys().forgiven().add((long) answer.getDouble());
		boolean all = answer.getDouble() == 0;
		Snapshot state = answer.hasRemaining() ? call.encoding().read(answer, 0, new byte[0], asked, this.redis.now())
				: null;
		RememberedKey key = entry.key();
		if (state != null && this.redis.isOpen(key.name()) && !key.usage().hasBegunWith(key.last())) {
			// the local fallback begins with what is charged by now
			key.saw(state);
		}
		entry.taken(call, state, all);
	}

	/** What was added meanwhile is sent at once; what failed waits for the next round. */
	private void again(ByteBuffer name, KeyDebt entry) {
		this.byName.computeIfPresent(name, (same, known) -> (known == entry && entry.isEmpty()) ? null : known);
		if (entry.hasMore()) {
			send(name, entry);
		}
	}

	/** Charges what can be charged, for as many keys as may be in flight. */
	private void chargeNow() {
		long now = this.redis.now();
		for (ByteBuffer name : this.byName.keySet()) {
			KeyDebt entry = this.byName.computeIfPresent(name,
					(same, known) -> (known.isEmpty() || known.dropIfOver(now)) ? null : known);
			if (entry != null && this.room.availablePermits() > 0) {
				send(name, entry);
			}
		}
	}

	/**
	 * Sends no further charge of a key while it is reset, or sends them again.
	 * @param name the name of the key in Redis
	 * @param held whether they are held back
	 */
	public void hold(byte[] name, boolean held) {
		this.byName.computeIfPresent(ByteBuffer.wrap(name), (same, known) -> {
			known.hold(held);
			return known;
		});
	}

	/**
	 * Drops the debt of a key that was reset, but for a charge in flight.
	 * @param name the name of the key in Redis
	 */
	public void forgive(byte[] name) {
		this.byName.computeIfPresent(ByteBuffer.wrap(name), (same, known) -> {
			known.forgive();
			return known.isEmpty() ? null : known;
		});
	}

	/** Drops the debts of all keys of a limit that was reset. */
	public void forgiveAll(RememberedKeys keys) {
		this.byName.forEach((name, entry) -> {
			if (entry.key().keys() == keys) {
				forgive(entry.key().name());
			}
		});
	}

	/** Returns the number of keys with a debt. */
	public int size() {
		return this.byName.size();
	}

	/**
	 * Counts permits whose number is determined when they are charged, for the line at
	 * the end of an outage.
	 * @param key the key that has received them
	 * @param permits how many, negative for some that are not charged after all
	 */
	void note(RememberedKey key, long permits) {
		this.redis.node(key.name()).owes(permits);
	}

	/** A charge that has no effect any more need not be remembered. */
	static long rememberedNanos(Limit limit) {
		return Math.max(LEAST_REMEMBERED.toNanos(), Math.min(MOST_REMEMBERED.toNanos(), nanosToForget(limit)));
	}

	static byte[] rememberedMillis(Limit limit) {
		return RedisKeyNames.bytes(Long.toString(Duration.ofNanos(rememberedNanos(limit)).plus(MARGIN).toMillis()));
	}

	/**
	 * Returns the longest time for which permits have an effect: from the greatest debt
	 * and, of a paced limit, all scheduled permits to full.
	 */
	static long nanosToForget(Limit limit) {
		BigInteger longest = BigInteger.ZERO;
		for (Rate rate : limit.rates()) {
			BigInteger most = BigInteger.valueOf(rate.burst())
				.add(BigInteger.valueOf(Math.min(limit.maxDebt(), Rate.MAX_PERMITS)))
				.max(BigInteger.valueOf(2 * rate.permits()));
			longest = longest.max(most.multiply(BigInteger.valueOf(rate.period().toNanos()))
				.divide(BigInteger.valueOf(rate.permits())));
		}
		return longest.add(BigInteger.valueOf(limit.maxWait().toNanos()))
			.min(BigInteger.valueOf(Long.MAX_VALUE / 2))
			.longValueExact();
	}

}
