package io.github.ratelimit.store.memory;

import io.github.ratelimit.Key;
import io.github.ratelimit.KeyLabel;
import io.github.ratelimit.Limit;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.LimitHandle.PreparedForm;
import io.github.ratelimit.store.BlockResult;
import io.github.ratelimit.store.BlockedKeys;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.InstanceNote;
import io.github.ratelimit.store.KeyPage;
import io.github.ratelimit.store.KeyState;
import io.github.ratelimit.store.LimitStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps permits in the memory of this process, for a bounded number of keys of each
 * limit. Buckets and fixed windows use the arithmetic of Bucket4j; the clock is
 * monotonic. Thread-safe and without locks, except for one for each key of a log.
 * <p>
 * If a limit has more keys than the bound, the one that is nearest to full among a few
 * sampled keys is evicted; the permits that its caller had spent are reported as
 * {@link #forgottenPermits(LimitHandle)}. The global key is never evicted. A key with
 * calls in flight is evicted only if all sampled keys have some; then the one with fewest
 * is evicted, and as many further calls may be in flight for it.
 */
public final class MemoryStore implements LimitStore {

	/** How often the store should be {@linkplain #sweep() swept}. */
	public static final Duration SWEEP_PERIOD = Eviction.PERIOD;

	private static final Pattern POSITION = Pattern.compile("\\d{1,9}");

	private final ConcurrentMap<String, KeyTable> tables = new ConcurrentHashMap<>();

	private final TimeSource time;

	private final StoreClock clock;

	private final int maxKeysPerLimit;

	private final NoteTable notes;

	private final PreparedForm<MemoryLimit> limits = new PreparedForm<>(this::prepare);

	/**
	 * Creates an empty store.
	 * @param time the time
	 * @param maxKeysPerLimit how many keys of a limit are remembered, at least 1
	 * @throws IllegalArgumentException if the bound is below 1
	 */
	public MemoryStore(TimeSource time, int maxKeysPerLimit) {
		if (maxKeysPerLimit < 1) {
			throw new IllegalArgumentException("The memory store cannot remember " + maxKeysPerLimit
					+ " keys per limit. Give it room for at least 1.");
		}
		this.time = time;
		this.clock = new StoreClock(time);
		this.maxKeysPerLimit = maxKeysPerLimit;
		this.notes = new NoteTable(time, maxKeysPerLimit);
	}

	@Override
	public ChargeDecision take(Charge charge) {
		MemoryLimit limit = this.limits.of(charge.handle());
		return limit.table().take(charge, limit.terms());
	}

	@Override
	public List<ChargeDecision> takeAll(List<Charge> charges) {
		MemoryLimit[] limits = new MemoryLimit[charges.size()];
		List<ChargeDecision> seen = new ArrayList<>(charges.size());
		boolean allThere = true;
		for (int i = 0; i < limits.length; i++) {
			Charge charge = charges.get(i);
			limits[i] = this.limits.of(charge.handle());
			ChargeDecision decision = limits[i].table().decide(charge, 0, limits[i].terms());
			allThere &= !decision.isRefused();
			seen.add(decision);
		}
		return allThere ? takeSeen(charges, limits, seen) : refuse(limits, seen);
	}

	private List<ChargeDecision> takeSeen(List<Charge> charges, MemoryLimit[] limits, List<ChargeDecision> seen) {
		List<ChargeDecision> taken = new ArrayList<>(limits.length);
		for (int i = 0; i < limits.length; i++) {
			Charge charge = charges.get(i);
			ChargeDecision decision = seen.get(i).isViolated() ? seen.get(i)
					: limits[i].table().decide(charge, charge.permits(), limits[i].terms());
			if (decision.isRefused()) {
				taken.forEach(this::giveBack);
				seen.set(i, decision);
				return refuse(limits, seen);
			}
			taken.add(decision);
		}
		for (int i = 0; i < limits.length; i++) {
			limits[i].table().count(taken.get(i));
		}
		return taken;
	}

	private List<ChargeDecision> refuse(MemoryLimit[] limits, List<ChargeDecision> decisions) {
		for (int i = 0; i < limits.length; i++) {
			if (decisions.get(i).isViolated()) {
				limits[i].table().count(decisions.get(i));
			}
		}
		return decisions;
	}

	@Override
	public void giveBack(ChargeDecision taken) {
		MemoryLimit limit = this.limits.of(taken.charge().handle());
		limit.table().giveBack(taken, taken.charge().permits(), limit.terms());
	}

	@Override
	public void settle(ChargeDecision taken, long actual) {
		MemoryLimit limit = this.limits.of(taken.charge().handle());
		limit.table().settle(taken, actual, limit.terms());
	}

	@Override
	public void lower(LimitHandle limit, Key key, long[] atMost) {
		table(limit).lower(key, atMost, this.limits.of(limit).terms());
	}

	@Override
	public long forgivenPermits(LimitHandle limit) {
		return table(limit).forgivenPermits();
	}

	/**
	 * Checks that a limit can be counted exactly.
	 * @param limit a limit
	 * @throws IllegalArgumentException if its numbers are too fine, saying which and what
	 * to write instead
	 */
	public void check(Limit limit) {
		PreparedLimit.of(limit);
	}

	@Override
	public BlockResult block(LimitHandle limit, Key key, Instant until) {
		BlockedKeys.handleOf(limit);
		return table(limit).block(key, BlockedKeys.nanosUntil(until, this.time));
	}

	@Override
	public BlockResult block(LimitHandle limit, KeyLabel key, Instant until) {
		BlockedKeys.handleOf(limit);
		return table(limit).block(key.id(), BlockedKeys.nanosUntil(until, this.time));
	}

	@Override
	public boolean unblock(LimitHandle limit, String keyId) {
		BlockedKeys.handleOf(limit);
		return table(limit).unblock(keyId);
	}

	@Override
	public CompletableFuture<List<InstanceNote>> exchange(String subject, Key key, String instance, byte[] note) {
		return CompletableFuture.completedFuture(this.notes.exchange(subject, key, instance, note));
	}

	@Override
	public Optional<KeyState> find(LimitHandle limit, String keyId) {
		return table(limit).find(keyId);
	}

	@Override
	public Optional<KeyState> find(LimitHandle limit, Key key) {
		return table(limit).find(key);
	}

	@Override
	public boolean reset(LimitHandle limit, String keyId) {
		return table(limit).reset(keyId);
	}

	@Override
	public long resetAll(LimitHandle limit) {
		return table(limit).resetAll();
	}

	@Override
	public KeyPage keys(LimitHandle limit, @Nullable String after, int size) {
		if (after != null && !POSITION.matcher(after).matches()) {
			throw new IllegalArgumentException(
					"No page of keys ends at what is given as 'after'. Pass the 'next' of the page before.");
		}
		return table(limit).page((after != null) ? Integer.parseInt(after) : 0, size);
	}

	@Override
	public long trackedKeys(LimitHandle limit) {
		return table(limit).size();
	}

	@Override
	public long forgottenPermits(LimitHandle limit) {
		return table(limit).forgottenPermits();
	}

	@Override
	public String type() {
		return "memory";
	}

	/**
	 * Drops the keys that are full again and were not used during the last minute. To be
	 * called from time to time; decisions continue meanwhile.
	 */
	public void sweep() {
		for (KeyTable table : this.tables.values()) {
			table.sweep();
		}
	}

	private KeyTable table(LimitHandle limit) {
		return this.limits.of(limit).table();
	}

	private MemoryLimit prepare(LimitHandle limit) {
		KeyTable table = this.tables.computeIfAbsent(limit.name(),
				(name) -> new KeyTable(limit, this.clock, this.maxKeysPerLimit));
		return new MemoryLimit(table, PreparedLimit.of(limit.limit()));
	}

	/**
	 * A limit as this store counts it.
	 *
	 * @param table the keys, which all forms of the limit share
	 * @param terms the numbers of one form
	 */
	private record MemoryLimit(KeyTable table, PreparedLimit terms) {
	}

}
