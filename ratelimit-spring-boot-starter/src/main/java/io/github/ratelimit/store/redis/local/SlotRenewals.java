package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.store.redis.client.NodeHealth;
import io.github.ratelimit.store.redis.client.RedisAccess;
import io.github.ratelimit.store.redis.client.ScriptClient;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.SlotEncoding;
import io.github.ratelimit.store.redis.script.WindowOrSlotSnapshot;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.commons.logging.Log;
import org.springframework.data.redis.connection.ClusterSlotHashUtil;

/**
 * The slots that calls of this instance hold in Redis. Each is a lease that expires;
 * until its call ends it is renewed whenever a third of it has passed, many in one script
 * call. A failed attempt to give a slot back is repeated until the lease has certainly
 * expired. Thread-safe.
 */
public final class SlotRenewals {

	private static final Log logger = RedisAccess.LOG;

	private static final int MOST_KEYS_TOGETHER = 100;

	/**
	 * The slots of an outage have to be in Redis before decisions are made there again.
	 */
	private static final long PAUSE_MILLIS = 250;

	/**
	 * Above this number, slots that are not given back at the first attempt are left to
	 * expire.
	 */
	private static final int MOST_UNANSWERED = 10_000;

	private static final byte FOREIGN = '0';

	static final int BYTES_OF_A_CALL = 1 + Long.BYTES + Integer.BYTES;

	private final RedisAccess redis;

	private final long leaseNanos;

	private final byte[] leaseMicros;

	private final Map<Long, SlotLease> leases = new ConcurrentHashMap<>();

	/** Room for leases of calls that never learned whether they were granted. */
	private final Semaphore room = new Semaphore(MOST_UNANSWERED);

	private final Set<NodeHealth> busy = ConcurrentHashMap.newKeySet();

	private final AtomicBoolean scheduled = new AtomicBoolean();

	/** Whether the last round failed: only the first of several failures is a warning. */
	private boolean failing;

	public SlotRenewals(RedisAccess redis, Duration lease) {
		this.redis = redis;
		this.leaseNanos = lease.toNanos();
		this.leaseMicros = LimitEncoding.doubles(TimeUnit.NANOSECONDS.toMicros(this.leaseNanos));
	}

	/** Renews the slots of a call until they are given back. */
	public void hold(RememberedKey key, WindowOrSlotSnapshot taken, long slots) {
		if (slots > 0) {
			keep(key, taken.fresh(), slots, taken.askedNanos(), taken.answeredNanos());
		}
	}

	/**
	 * Keeps the slots of a call that Redis has not granted: they are registered when
	 * Redis answers, even above the limit.
	 * @param key the key of the slots
	 * @param fresh what names the lease
	 * @param slots how many
	 * @return the lease
	 */
	SlotLease holdUnknown(RememberedKey key, byte[] fresh, long slots) {
		long now = this.redis.now();
		// due until a renewal has been answered
		return keep(key, fresh, slots, now - this.leaseNanos, now);
	}

	private SlotLease keep(RememberedKey key, byte[] fresh, long slots, long asked, long answered) {
		SlotLease lease = new SlotLease(key, fresh, slots, true);
		lease.renewed(asked, answered);
		this.leases.put(lease.id(), lease);
		schedule();
		return lease;
	}

	/**
	 * Takes the slots of a call that goes on although Redis has not granted them, even
	 * above the limit, and renews them until they are given back.
	 * @param key the key of the slots
	 * @param encoding the limit
	 * @param fresh what names the lease
	 * @param slots how many
	 * @return the receipt
	 */
	public WindowOrSlotSnapshot claim(RememberedKey key, SlotEncoding encoding, byte[] fresh, long slots) {
		SlotLease lease = holdUnknown(key, fresh, slots);
		if (!this.redis.isOpen(key.name())) {
			send(List.of(lease));
		}
		return WindowOrSlotSnapshot.claimed(encoding, fresh, this.redis.now());
	}

	/**
	 * Gives back the slots of a call, whether or not they were granted.
	 * @param key the key of the slots
	 * @param fresh what names the lease
	 * @param slots how many
	 * @return is completed once they are free, or the first attempt has failed, or there
	 * is none since the node does not answer
	 */
	public CompletableFuture<Void> giveBack(RememberedKey key, byte[] fresh, long slots) {
		long now = this.redis.now();
		SlotLease unknown = new SlotLease(key, fresh, slots, false);
		unknown.renewed(now, now);
		SlotLease known = this.leases.computeIfAbsent(unknown.id(), (id) -> this.room.tryAcquire() ? unknown : null);
		SlotLease lease = (known != null) ? known : unknown;
		key.forgetState(now);
		lease.ended = true;
		schedule();
		if (this.redis.isOpen(key.name())) {
			return CompletableFuture.completedFuture(null);
		}
		send(List.of(lease));
		return lease.answered;
	}

	private void schedule() {
		if (this.scheduled.compareAndSet(false, true)) {
			this.redis.scheduler()
				.scheduleWithFixedDelay(this::renewDue, PAUSE_MILLIS, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
		}
	}

	/**
	 * Renews leases that are due, and gives back what could not be given back before.
	 * Throws nothing: a task that throws is not run again, and all slots would expire.
	 */
	private void renewDue() {
		try {
			dueByNode().forEach(this::renew);
			this.failing = false;
		}
		catch (RuntimeException ex) {
			String message = "Slots of in-flight calls cannot be renewed: they end "
					+ Duration.ofNanos(this.leaseNanos).toMillis() + " ms after the last renewal [RL708]";
			if (this.failing) {
				logger.debug(message, ex);
			}
			else {
				logger.warn(message, ex);
			}
			this.failing = true;
		}
	}

	/** A node that returns from an outage may have lost all slots. */
	private Map<NodeHealth, List<SlotLease>> dueByNode() {
		long now = this.redis.now();
		Map<NodeHealth, List<SlotLease>> due = new LinkedHashMap<>();
		for (SlotLease lease : this.leases.values()) {
			if (lease.ended && now - lease.answeredAt >= this.leaseNanos) {
				drop(lease);
			}
			else if (lease.ended || now - lease.renewedAt >= this.leaseNanos / 3
					|| this.redis.isOpen(lease.key.name())) {
				due.computeIfAbsent(this.redis.node(lease.key.name()), (node) -> new ArrayList<>()).add(lease);
			}
		}
		return due;
	}

	/** A node that does not answer gets one call for each round. */
	private void renew(NodeHealth node, List<SlotLease> leases) {
		if (!node.isAway() && this.busy.add(node)) {
			send(leases).whenComplete((done, failure) -> this.busy.remove(node));
		}
	}

	private void drop(SlotLease lease) {
		if (this.leases.remove(lease.id(), lease) && !lease.held) {
			this.room.release();
		}
		lease.answered.complete(null);
	}

	/** Gives all slots back, since the instance ends. */
	public CompletableFuture<Void> giveAllBack() {
		List<SlotLease> all = List.copyOf(this.leases.values());
		all.forEach((lease) -> lease.ended = true);
		return send(all);
	}

	private CompletableFuture<Void> send(Collection<SlotLease> leases) {
		Map<Integer, Map<RememberedKey, List<SlotLease>>> bySlot = new LinkedHashMap<>();
		for (SlotLease lease : leases) {
			int slot = this.redis.client().isCluster() ? ClusterSlotHashUtil.calculateSlot(lease.key.name()) : 0;
			bySlot.computeIfAbsent(slot, (key) -> new LinkedHashMap<>())
				.computeIfAbsent(lease.key, (key) -> new ArrayList<>())
				.add(lease);
		}
		List<CompletableFuture<?>> calls = new ArrayList<>();
		for (Map<RememberedKey, List<SlotLease>> ofSlot : bySlot.values()) {
			List<List<SlotLease>> keys = List.copyOf(ofSlot.values());
			for (int i = 0; i < keys.size(); i += MOST_KEYS_TOGETHER) {
				calls.add(sendTogether(keys.subList(i, Math.min(keys.size(), i + MOST_KEYS_TOGETHER))));
			}
		}
		return CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new));
	}

	private CompletableFuture<?> sendTogether(List<List<SlotLease>> byKey) {
		List<byte[]> names = new ArrayList<>(byKey.size());
		List<byte[]> args = new ArrayList<>(1 + 2 * byKey.size());
		List<SlotLease> renewed = new ArrayList<>();
		List<SlotLease> ended = new ArrayList<>();
		args.add(this.leaseMicros);
		for (List<SlotLease> ofKey : byKey) {
			ByteArrayOutputStream calls = new ByteArrayOutputStream(ofKey.size() * BYTES_OF_A_CALL);
			for (SlotLease lease : ofKey) {
				if (lease.underWay.compareAndSet(false, true)) {
					boolean ends = lease.ended;
					(ends ? ended : renewed).add(lease);
					calls.writeBytes(lease.call(ends ? '-' : '+'));
				}
			}
			if (calls.size() > 0) {
				names.add(ofKey.get(0).key.name());
				args.add(ofKey.get(0).label());
				args.add(calls.toByteArray());
			}
		}
		return names.isEmpty() ? CompletableFuture.completedFuture(null) : send(names, args, renewed, ended);
	}

	private CompletableFuture<?> send(List<byte[]> names, List<byte[]> args, List<SlotLease> renewed,
			List<SlotLease> ended) {
		long asked = this.redis.now();
		byte[][] keys = names.toArray(byte[][]::new);
		CompletableFuture<byte[]> reply = this.redis.client()
			.run(this.redis.scripts().renewSlots(), keys, args.toArray(byte[][]::new));
		return ScriptClient.orLost(reply).handle((bytes, failure) -> {
			try {
				if (failure != null) {
					this.redis.node(keys[0]).failed(failure, keys);
				}
				else {
					answered(keys, bytes, renewed, ended, asked);
					this.redis.answered(keys[0]);
				}
			}
			catch (RuntimeException ex) {
				logger.warn("The reply to a renewal of slots cannot be used; the slots are renewed again [RL708]", ex);
			}
			finally {
				ended.forEach((lease) -> {
					lease.underWay.set(false);
					lease.answered.complete(null);
				});
				renewed.forEach((lease) -> lease.underWay.set(false));
			}
			renewed.forEach(this::afterRenewal);
			return null;
		});
	}

	/** A key with a foreign value has no slots to give back, and none were renewed. */
	private void answered(byte[][] keys, byte[] bytes, List<SlotLease> renewed, List<SlotLease> ended, long asked) {
		long answered = this.redis.now();
		Set<byte[]> foreign = Collections.newSetFromMap(new IdentityHashMap<>());
		for (int i = 0; i < keys.length; i++) {
			if (bytes[i] == FOREIGN) {
				foreign.add(keys[i]);
			}
		}
		for (SlotLease lease : renewed) {
			if (!foreign.contains(lease.key.name())) {
				lease.renewed(asked, answered);
			}
		}
		ended.forEach(this::drop);
		foreign.forEach((key) -> this.redis.node(key).foreign(key));
	}

	/** A slot that is given back during its renewal is given back after the renewal. */
	private void afterRenewal(SlotLease lease) {
		if (lease.ended && this.leases.containsKey(lease.id())) {
			send(List.of(lease));
		}
	}

}
