package io.github.ratelimit.store.memory;

import io.github.ratelimit.Key;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.LimitStatistics;
import io.github.ratelimit.store.BlockResult;
import io.github.ratelimit.store.BlockedKeys;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.KeyPage;
import io.github.ratelimit.store.KeyState;
import io.github.ratelimit.store.Receipt;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** The keys of one limit. */
final class KeyTable {

	private final LimitStatistics statistics;

	private final StoreClock clock;

	/** The cell of the global key has no slot: it is never dropped. */
	private final ConcurrentMap<Key, KeyCell> cells = new ConcurrentHashMap<>();

	private final TableIndex slots;

	private final Eviction eviction;

	private final BlockedKeys<Key> blocks;

	private final LongAdder forgottenPermits = new LongAdder();

	private final LongAdder forgivenPermits = new LongAdder();

	KeyTable(LimitHandle limit, StoreClock clock, int maxKeys) {
		this.statistics = limit.registered().statistics();
		this.clock = clock;
		this.slots = new TableIndex(maxKeys);
		this.eviction = new Eviction(limit.purpose(), this.slots, clock, this::unlink, this.forgottenPermits);
		this.blocks = new BlockedKeys<>(maxKeys, Key::id);
	}

	ChargeDecision take(Charge charge, PreparedLimit terms) {
		ChargeDecision decision = decide(charge, charge.permits(), terms);
		count(decision);
		return decision;
	}

	/**
	 * Decides about a charge without counting the decision.
	 * @param permits how many to take if the charge is granted; 0 to look only, for which
	 * no cell is kept
	 */
	ChargeDecision decide(Charge charge, long permits, PreparedLimit terms) {
		long blocked = blockedNanos(charge);
		return (blocked > 0) ? ChargeDecision.banned(decideUnblocked(charge, 0, terms), blocked)
				: decideUnblocked(charge, permits, terms);
	}

	private ChargeDecision decideUnblocked(Charge charge, long permits, PreparedLimit terms) {
		while (true) {
			KeyCell cell = this.cells.get(charge.key());
			if (cell == null) {
				boolean takes = permits > 0 && charge.needed() <= charge.limit().capacity();
				cell = takes ? create(charge.key(), terms)
						: terms.create(charge.key(), TableIndex.NO_SLOT, this.clock, this.clock.nanos());
			}
			ChargeDecision decision = cell.decide(charge, permits, terms, this.clock);
			if (decision != null) {
				return decision;
			}
			replace(cell, terms);
		}
	}

	/**
	 * Unlinks a retired cell. A cell that counts by other terms is replaced by one with
	 * the same part used.
	 */
	private void replace(KeyCell cell, PreparedLimit terms) {
		KeyCell.Snapshot view = cell.view(this.clock);
		if (view == null) {
			unlink(cell);
			return;
		}
		KeyCell successor = terms.create(cell.key(), cell.slot(), this.clock, view.used());
		if (cell.retire(view)) {
			this.slots.replace(successor);
			if (!this.cells.replace(cell.key(), cell, successor) && successor.retire()) {
				this.slots.release(successor);
			}
		}
	}

	void count(ChargeDecision decision) {
		KeyCell cell = (decision.receipt() instanceof CellReceipt taken) ? taken.cell()
				: this.cells.get(decision.key());
		if (cell != null) {
			cell.count(decision.isViolated());
		}
	}

	void giveBack(ChargeDecision taken, long permits, PreparedLimit terms) {
		if (taken.receipt() instanceof CellReceipt receipt) {
			receipt.cell().giveBack(taken, permits, terms, this.clock);
		}
	}

	void settle(ChargeDecision taken, long actual, PreparedLimit terms) {
		long more = actual - taken.charge().permits();
		if (more < 0) {
			giveBack(taken, -more, terms);
		}
		else if (more > 0) {
			this.forgivenPermits.add(charge(taken.key(), more, terms));
		}
	}

	private long charge(Key key, long permits, PreparedLimit terms) {
		while (true) {
			KeyCell known = this.cells.get(key);
			KeyCell cell = (known != null) ? known : create(key, terms);
			long forgiven = cell.charge(permits, terms, this.clock);
			if (forgiven != KeyCell.RETIRED) {
				return forgiven;
			}
			unlink(cell);
		}
	}

	void lower(Key key, long[] atMost, PreparedLimit terms) {
		while (true) {
			KeyCell known = this.cells.get(key);
			KeyCell cell = (known != null) ? known : create(key, terms);
			if (cell.lower(atMost, terms, this.clock)) {
				return;
			}
			replace(cell, terms);
		}
	}

	private KeyCell create(Key key, PreparedLimit terms) {
		long now = this.clock.nanos();
		boolean global = key.equals(Key.GLOBAL);
		int slot = global ? TableIndex.NO_SLOT : this.slots.claim();
		if (slot < 0 && !global) {
			KeyCell known = this.cells.get(key);
			if (known != null) {
				return known;
			}
			slot = this.eviction.evict();
		}
		KeyCell created = terms.create(key, slot, this.clock, now);
		this.slots.put(created, this.statistics.watchesKeys());
		KeyCell earlier = this.cells.putIfAbsent(key, created);
		if (earlier == null) {
			return created;
		}
		if (created.retire()) {
			this.slots.release(created);
		}
		return earlier;
	}

	private void unlink(KeyCell cell) {
		this.cells.remove(cell.key(), cell);
	}

	BlockResult block(Key key, long nanos) {
		long now = this.clock.nanos();
		return this.blocks.block(key, now + nanos, now);
	}

	BlockResult block(String keyId, long nanos) {
		KeyCell cell = byId(keyId);
		return (cell != null) ? block(cell.key(), nanos) : BlockResult.NO_ROOM;
	}

	boolean unblock(String keyId) {
		return this.blocks.remove(keyId, this.clock.nanos());
	}

	private long blockedNanos(Charge charge) {
		return (charge.handle().blocks() == null || this.blocks.isEmpty()) ? 0
				: this.blocks.nanosLeft(charge.key(), this.clock.nanos());
	}

	void sweep() {
		this.blocks.dropEnded(this.clock.nanos());
		this.eviction.sweep(this.cells.values());
	}

	Optional<KeyState> find(String keyId) {
		return facts(byId(keyId));
	}

	Optional<KeyState> find(Key key) {
		return facts(this.cells.get(key));
	}

	private Optional<KeyState> facts(@Nullable KeyCell cell) {
		return Optional.ofNullable((cell != null) ? cell.facts(this.clock) : null);
	}

	boolean reset(String keyId) {
		KeyCell cell = byId(keyId);
		return cell != null && reset(cell);
	}

	long resetAll() {
		return this.cells.values().stream().filter(this::reset).count();
	}

	private boolean reset(KeyCell cell) {
		if (!cell.retire()) {
			return false;
		}
		unlink(cell);
		this.slots.release(cell);
		return true;
	}

	private @Nullable KeyCell byId(String keyId) {
		if (Key.GLOBAL.id().equals(keyId)) {
			return this.cells.get(Key.GLOBAL);
		}
		for (int slot = this.slots.find(keyId, 0); slot >= 0; slot = this.slots.find(keyId, slot + 1)) {
			KeyCell found = this.slots.at(slot);
			if (found != null && found.key().id().equals(keyId)) {
				return this.cells.get(found.key());
			}
		}
		return null;
	}

	/**
	 * Pages follow the positions of cells; position 0 is that of the global key. A key
	 * keeps its position as long as it is kept; one that is evicted and comes back
	 * meanwhile is shown once in a page.
	 */
	KeyPage page(int from, int size) {
		Map<Key, KeyState> keys = new LinkedHashMap<>();
		for (int position = from; position <= this.slots.opened(); position++) {
			KeyCell cell = (position == 0) ? this.cells.get(Key.GLOBAL) : this.slots.at(position - 1);
			if (cell == null || this.cells.get(cell.key()) != cell) {
				continue;
			}
			KeyState state = cell.facts(this.clock);
			if (state != null) {
				if (keys.size() == size) {
					return new KeyPage(List.copyOf(keys.values()), Integer.toString(position));
				}
				keys.put(cell.key(), state);
			}
		}
		return new KeyPage(List.copyOf(keys.values()), null);
	}

	long size() {
		return this.cells.size();
	}

	long forgottenPermits() {
		return this.forgottenPermits.sum();
	}

	long forgivenPermits() {
		return this.forgivenPermits.sum();
	}

	/** The receipt of what a cell granted, with which it can be given back. */
	interface CellReceipt extends Receipt {

		KeyCell cell();

	}

}
