package io.github.ratelimit.store.memory;

import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState;
import io.github.bucket4j.MathType;
import io.github.ratelimit.Charge;
import io.github.ratelimit.Key;
import io.github.ratelimit.KeyPage;
import io.github.ratelimit.KeyState;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.store.bucket4j.BucketConfigurations;
import io.github.ratelimit.store.bucket4j.BucketFacts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The keys of one limit. */
final class KeyTable {

	/** How many cells are compared to find one that can be forgotten. */
	private static final int DRAWS = 8;

	private static final long IDLE_NANOS = Duration.ofMinutes(1).toNanos();

	private final StoreClock clock;

	private final ConcurrentMap<Key, KeyCell> cells = new ConcurrentHashMap<>();

	private final Slots slots;

	/** Everybody's cell has no slot: it is never swept and never forgotten. */
	private final AtomicReference<@Nullable KeyCell> global = new AtomicReference<>();

	private final LimitConfigurations configurations;

	private final LongAdder forgottenPermits = new LongAdder();

	KeyTable(Limit limit, StoreClock clock, int maxKeys) {
		this.clock = clock;
		this.slots = new Slots(maxKeys);
		this.configurations = new LimitConfigurations(limit);
	}

	LimitDecision take(Charge charge) {
		LimitDecision decision = takeUncounted(charge);
		count(decision);
		return decision;
	}

	LimitDecision takeUncounted(Charge charge) {
		BucketConfiguration configuration = this.configurations.of(charge.limit());
		while (true) {
			KeyCell cell = cell(charge.key());
			if (cell == null) {
				if (charge.permits() == 0 || charge.permits() > charge.limit().capacity()) {
					return lookAtFull(charge, configuration);
				}
				cell = create(charge.key(), configuration);
			}
			LimitDecision decision = cell.take(charge, configuration, this.clock);
			if (decision != null) {
				return decision;
			}
			unlink(cell);
		}
	}

	/** Says what {@link #take} would say, and creates nothing. */
	LimitDecision look(Charge charge) {
		BucketConfiguration configuration = this.configurations.of(charge.limit());
		KeyCell cell = cell(charge.key());
		LimitDecision decision = (cell != null) ? cell.look(charge, configuration, this.clock) : null;
		return (decision != null) ? decision : lookAtFull(charge, configuration);
	}

	private LimitDecision lookAtFull(Charge charge, BucketConfiguration configuration) {
		BucketState full = BucketState.createInitialState(configuration, MathType.INTEGER_64_BITS, this.clock.nanos());
		boolean there = charge.permits() <= full.getAvailableTokens();
		return there ? BucketFacts.granted(charge, null, full) : BucketFacts.refused(charge, full);
	}

	void count(LimitDecision decision) {
		KeyCell cell = (decision.receipt() instanceof KeyCell taken) ? taken : cell(decision.key());
		if (cell == null) {
			return;
		}
		if (decision.violated()) {
			cell.countDenied();
		}
		else {
			cell.countAllowed();
		}
	}

	void giveBack(LimitDecision taken) {
		if (taken.receipt() instanceof KeyCell cell) {
			cell.giveBack(taken.charge().permits(), this.configurations.of(taken.limit()), this.clock);
		}
	}

	private @Nullable KeyCell cell(Key key) {
		return key.equals(Key.GLOBAL) ? this.global.get() : this.cells.get(key);
	}

	private KeyCell create(Key key, BucketConfiguration configuration) {
		if (key.equals(Key.GLOBAL)) {
			KeyCell created = new KeyCell(key, -1, configuration, this.clock.nanos());
			KeyCell earlier = this.global.compareAndExchange(null, created);
			return (earlier != null) ? earlier : created;
		}
		long now = this.clock.nanos();
		int slot = this.slots.claim();
		if (slot < 0) {
			KeyCell earlier = this.cells.get(key);
			if (earlier != null) {
				return earlier;
			}
			slot = forgetOne(now);
		}
		KeyCell created = new KeyCell(key, slot, configuration, now);
		this.slots.put(created);
		KeyCell earlier = this.cells.putIfAbsent(key, created);
		if (earlier == null) {
			return created;
		}
		if (created.retire()) {
			this.slots.release(created);
		}
		return earlier;
	}

	/** Returns the slot of the cell that it forgot. */
	private int forgetOne(long now) {
		while (true) {
			KeyCell nearest = null;
			BucketState nearestState = null;
			long leastNanos = Long.MAX_VALUE;
			for (int i = 0; i < DRAWS && leastNanos > 0; i++) {
				KeyCell cell = this.slots.draw(i, DRAWS);
				BucketState state = (cell != null) ? cell.current() : null;
				if (state != null) {
					long nanos = BucketFacts.nanosToFull(KeyCell.refilled(state, state.getConfiguration(), now));
					if (nanos < leastNanos) {
						nearest = cell;
						nearestState = state;
						leastNanos = nanos;
					}
				}
			}
			if (nearest != null && nearestState != null && nearest.retire(nearestState)) {
				this.forgottenPermits.add(spent(nearestState, now));
				unlink(nearest);
				return nearest.slot();
			}
			int free = this.slots.claim();
			if (free >= 0) {
				return free;
			}
		}
	}

	private static long spent(BucketState state, long now) {
		BucketState current = KeyCell.refilled(state, state.getConfiguration(), now);
		long most = 0;
		for (int i = 0; i < current.getConfiguration().getBandwidths().length; i++) {
			long capacity = current.getConfiguration().getBandwidths()[i].getCapacity();
			most = Math.max(most, capacity - current.getCurrentSize(i));
		}
		return most;
	}

	private void unlink(KeyCell cell) {
		if (cell.key().equals(Key.GLOBAL)) {
			this.global.compareAndSet(cell, null);
		}
		else {
			this.cells.remove(cell.key(), cell);
		}
	}

	void sweep() {
		long now = this.clock.nanos();
		for (KeyCell cell : this.cells.values()) {
			BucketState state = cell.current();
			if (state != null && cell.idleFor(IDLE_NANOS, now) && isFull(state, now) && cell.retire(state)) {
				unlink(cell);
				this.slots.release(cell);
			}
		}
	}

	private static boolean isFull(BucketState state, long now) {
		return BucketFacts.nanosToFull(KeyCell.refilled(state, state.getConfiguration(), now)) == 0;
	}

	Optional<KeyState> find(String keyId) {
		return facts(byId(keyId));
	}

	Optional<KeyState> find(Key key) {
		return facts(cell(key));
	}

	private Optional<KeyState> facts(@Nullable KeyCell cell) {
		BucketState state = (cell != null) ? cell.current() : null;
		return (cell != null && state != null) ? Optional.of(cell.facts(state, this.clock)) : Optional.empty();
	}

	boolean reset(String keyId) {
		KeyCell cell = byId(keyId);
		if (cell == null || !cell.retire()) {
			return false;
		}
		unlink(cell);
		if (cell.slot() >= 0) {
			this.slots.release(cell);
		}
		return true;
	}

	private @Nullable KeyCell byId(String keyId) {
		KeyCell everybody = this.global.get();
		if (everybody != null && everybody.key().id().equals(keyId)) {
			return everybody;
		}
		for (KeyCell cell : this.cells.values()) {
			if (cell.key().id().equals(keyId)) {
				return cell;
			}
		}
		return null;
	}

	/** Pages go by the order of ids; only the ids of one page are held at a time. */
	KeyPage page(String after, int size) {
		PriorityQueue<Identified> smallest = new PriorityQueue<>(Comparator.comparing(Identified::id).reversed());
		forEach((cell) -> {
			Identified identified = new Identified(cell.key().id(), cell);
			if (identified.id().compareTo(after) > 0) {
				smallest.add(identified);
				if (smallest.size() - 1 > size) {
					smallest.remove();
				}
			}
		});
		List<Identified> sorted = smallest.stream().sorted(Comparator.comparing(Identified::id)).toList();
		boolean more = sorted.size() > size;
		List<Identified> page = more ? sorted.subList(0, size) : sorted;
		return new KeyPage(facts(page.stream().map(Identified::cell).toList()), more ? page.get(size - 1).id() : null);
	}

	List<KeyState> mostDenied(int size) {
		PriorityQueue<Denied> most = new PriorityQueue<>(Comparator.comparingLong(Denied::times));
		forEach((cell) -> {
			Denied denied = new Denied(cell.denied(), cell);
			if (denied.times() > 0) {
				most.add(denied);
				if (most.size() > size) {
					most.remove();
				}
			}
		});
		return facts(
				most.stream().sorted(Comparator.comparingLong(Denied::times).reversed()).map(Denied::cell).toList());
	}

	private void forEach(Consumer<KeyCell> action) {
		KeyCell everybody = this.global.get();
		if (everybody != null) {
			action.accept(everybody);
		}
		this.cells.values().forEach(action);
	}

	private List<KeyState> facts(List<KeyCell> cells) {
		List<KeyState> facts = new ArrayList<>(cells.size());
		for (KeyCell cell : cells) {
			BucketState state = cell.current();
			if (state != null) {
				facts.add(cell.facts(state, this.clock));
			}
		}
		return facts;
	}

	long size() {
		return this.cells.size() + ((this.global.get() != null) ? 1 : 0);
	}

	long forgottenPermits() {
		return this.forgottenPermits.sum();
	}

	private record Identified(String id, KeyCell cell) {
	}

	private record Denied(long times, KeyCell cell) {
	}

}
