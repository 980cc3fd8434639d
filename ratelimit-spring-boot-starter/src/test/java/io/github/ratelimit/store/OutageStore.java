package io.github.ratelimit.store;

import io.github.ratelimit.Key;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.StoreUnavailableException;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.store.memory.MemoryStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A store that can be away, and then does what a store that instances share does. */
public final class OutageStore implements LimitStore {

	/** When it is worth asking again. */
	public static final Duration RETRY_AFTER = Duration.ofMillis(1200);

	private final LimitStore there;

	private final LimitStore standIn;

	private final Map<String, OnStoreFailure> onFailure;

	private volatile boolean down;

	/**
	 * Creates a store that is there.
	 * @param time the time
	 * @param onFailure what limits do during the outage, local by default
	 */
	public OutageStore(TimeSource time, Map<String, OnStoreFailure> onFailure) {
		this.there = new MemoryStore(time, 1000);
		this.standIn = new MemoryStore(time, 1000);
		this.onFailure = onFailure;
	}

	/** Begins or ends the outage. */
	public void down(boolean down) {
		this.down = down;
	}

	private LimitStore asked() {
		if (this.down) {
			throw new StoreUnavailableException("The test store does not answer", new IOException("Nobody there"));
		}
		return this.there;
	}

	private ChargeDecision decideAlone(Charge charge) {
		return switch (this.onFailure.getOrDefault(charge.limit().name(), OnStoreFailure.LOCAL)) {
			case SHARE, LOCAL -> ChargeDecision.degraded(this.standIn.take(charge));
			case ALLOW -> ChargeDecision.letThrough(charge);
			case DENY -> ChargeDecision.unavailable(charge, RETRY_AFTER.toNanos());
		};
	}

	@Override
	public ChargeDecision take(Charge charge) {
		return this.down ? decideAlone(charge) : this.there.take(charge);
	}

	@Override
	public List<ChargeDecision> takeAll(List<Charge> charges) {
		if (!this.down) {
			return this.there.takeAll(charges);
		}
		List<ChargeDecision> decisions = new ArrayList<>();
		charges.forEach((charge) -> decisions.add(decideAlone(charge)));
		return decisions;
	}

	@Override
	public void giveBack(ChargeDecision taken) {
		asked().giveBack(taken);
	}

	@Override
	public void settle(ChargeDecision taken, long actual) {
		asked().settle(taken, actual);
	}

	@Override
	public BlockResult block(LimitHandle limit, Key key, Instant until) {
		return asked().block(limit, key, until);
	}

	@Override
	public boolean unblock(LimitHandle limit, String keyId) {
		return asked().unblock(limit, keyId);
	}

	@Override
	public Optional<KeyState> find(LimitHandle limit, String keyId) {
		return asked().find(limit, keyId);
	}

	@Override
	public boolean reset(LimitHandle limit, String keyId) {
		return asked().reset(limit, keyId);
	}

	@Override
	public KeyPage keys(LimitHandle limit, String after, int size) {
		return asked().keys(limit, after, size);
	}

	@Override
	public Optional<KeyState> lastKnown(LimitHandle limit, Key key) {
		return this.there.lastKnown(limit, key);
	}

	@Override
	public long trackedKeys(LimitHandle limit) {
		return this.there.trackedKeys(limit);
	}

	@Override
	public long forgottenPermits(LimitHandle limit) {
		return this.there.forgottenPermits(limit);
	}

	@Override
	public long forgivenPermits(LimitHandle limit) {
		return this.there.forgivenPermits(limit);
	}

	@Override
	public String type() {
		return "test";
	}

	@Override
	public String status() {
		return this.down ? "degraded" : "up";
	}

}
