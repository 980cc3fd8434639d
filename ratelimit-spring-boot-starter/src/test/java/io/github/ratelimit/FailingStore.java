package io.github.ratelimit;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** A store that cannot answer. */
final class FailingStore implements LimitStore {

	private final Supplier<RuntimeException> failure;

	FailingStore(Supplier<RuntimeException> failure) {
		this.failure = failure;
	}

	@Override
	public LimitDecision take(Charge charge) {
		throw this.failure.get();
	}

	@Override
	public List<LimitDecision> takeAll(List<Charge> charges) {
		throw this.failure.get();
	}

	@Override
	public void giveBack(LimitDecision taken) {
		throw this.failure.get();
	}

	@Override
	public Optional<KeyState> find(Limit limit, String keyId) {
		throw this.failure.get();
	}

	@Override
	public boolean reset(Limit limit, String keyId) {
		throw this.failure.get();
	}

	@Override
	public KeyPage keys(Limit limit, String after, int size) {
		throw this.failure.get();
	}

	@Override
	public List<KeyState> mostDenied(Limit limit, int size) {
		throw this.failure.get();
	}

	@Override
	public long trackedKeys(Limit limit) {
		throw this.failure.get();
	}

	@Override
	public long forgottenPermits(Limit limit) {
		throw this.failure.get();
	}

	@Override
	public String type() {
		return "failing";
	}

}
