package io.github.ratelimit.store;

/** A decision of a fallback; separate, so that others take no memory for it. */
final class DegradedDecision extends ChargeDecision.Facts {

	private final boolean facts;

	DegradedDecision(ChargeDecision fallback, boolean facts) {
		super(fallback);
		this.facts = facts;
	}

	@Override
	public boolean isDegraded() {
		return true;
	}

	@Override
	public boolean hasFacts() {
		return this.facts;
	}

	@Override
	public String toString() {
		return "degraded, " + super.toString();
	}

}
