package io.github.ratelimit.test.provider.limits;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The answer of a provider's limits to one request. Thread-safe. */
public final class Admission {

	private final KeyMeters meters;

	private final Instant time;

	private final ProviderUsage charged;

	private final List<LimitState> states;

	private final @Nullable Violation violation;

	private boolean ended;

	Admission(KeyMeters meters, Instant time, ProviderUsage charged, List<LimitState> states,
			@Nullable Violation violation) {
		this.meters = meters;
		this.time = time;
		this.charged = charged;
		this.states = states;
		this.violation = violation;
		this.ended = violation != null;
	}

	/**
	 * Returns whether the request is admitted.
	 * @return false if it is refused
	 */
	public boolean isAdmitted() {
		return this.violation == null;
	}

	/**
	 * Returns why the request is refused.
	 * @return the violation, null if it is admitted
	 */
	public @Nullable Violation violation() {
		return this.violation;
	}

	/**
	 * Returns when the decision was made.
	 * @return the time by the clock of the limits
	 */
	public Instant time() {
		return this.time;
	}

	/**
	 * Returns the tokens that the request was charged at admission.
	 * @return the estimate; none if it is refused
	 */
	public ProviderUsage charged() {
		return this.charged;
	}

	/**
	 * Returns the limits right after the decision.
	 * @return the states, in the order of the limits
	 */
	public List<LimitState> states() {
		return this.states;
	}

	/**
	 * Ends the request: it no longer counts as running, and its charge is settled. Only
	 * the first call has an effect, and none if the request was refused.
	 * @param actual the tokens that the request really used
	 */
	public void end(ProviderUsage actual) {
		synchronized (this.meters) {
			if (!this.ended) {
				this.ended = true;
				this.meters.end(this, actual);
			}
		}
	}

}
