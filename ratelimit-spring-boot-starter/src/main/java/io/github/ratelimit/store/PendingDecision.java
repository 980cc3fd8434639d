package io.github.ratelimit.store;

/** A granted decision that runs an action when the outcome of its call is known. */
final class PendingDecision extends ChargeDecision.Facts {

	private final Runnable whenDecided;

	PendingDecision(ChargeDecision granted, Runnable whenDecided) {
		super(granted);
		this.whenDecided = whenDecided;
	}

	@Override
	public void decided() {
		this.whenDecided.run();
	}

}
