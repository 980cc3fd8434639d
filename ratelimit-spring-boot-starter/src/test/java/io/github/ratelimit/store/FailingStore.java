package io.github.ratelimit.store;

import io.github.ratelimit.Key;
import io.github.ratelimit.registry.LimitHandle;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** A store that cannot answer. */
public final class FailingStore implements LimitStore {

	private final Supplier<? extends Throwable> failure;

	public FailingStore(Supplier<? extends Throwable> failure) {
		this.failure = failure;
	}

	private RuntimeException failure() {
		Throwable thrown = this.failure.get();
		if (thrown instanceof Error error) {
			throw error;
		}
		return (RuntimeException) thrown;
	}

	@Override
	public ChargeDecision take(Charge charge) {
		throw failure();
	}

	@Override
	public List<ChargeDecision> takeAll(List<Charge> charges) {
		throw failure();
	}

	@Override
	public void giveBack(ChargeDecision taken) {
		throw failure();
	}

	@Override
	public void settle(ChargeDecision taken, long actual) {
		throw failure();
	}

	@Override
	public BlockResult block(LimitHandle limit, Key key, Instant until) {
		throw failure();
	}

	@Override
	public boolean unblock(LimitHandle limit, String keyId) {
		throw failure();
	}

	@Override
	public Optional<KeyState> find(LimitHandle limit, String keyId) {
		throw failure();
	}

	@Override
	public boolean reset(LimitHandle limit, String keyId) {
		throw failure();
	}

	@Override
	public KeyPage keys(LimitHandle limit, String after, int size) {
		throw failure();
	}

	@Override
	public Optional<KeyState> lastKnown(LimitHandle limit, Key key) {
		throw failure();
	}

	@Override
	public long trackedKeys(LimitHandle limit) {
		throw failure();
	}

	@Override
	public long forgottenPermits(LimitHandle limit) {
		throw failure();
	}

	@Override
	public long forgivenPermits(LimitHandle limit) {
		throw failure();
	}

	@Override
	public String type() {
		return "failing";
	}

}
