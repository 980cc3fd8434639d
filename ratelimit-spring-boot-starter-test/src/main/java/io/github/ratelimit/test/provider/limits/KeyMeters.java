package io.github.ratelimit.test.provider.limits;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The limits of one credential and model. Guarded by itself. */
final class KeyMeters {

	private final InstantSource clock;

	private final List<Meter> meters;

	private final int maxConcurrent;

	private final Settlement settlement;

	private final boolean refusalsCharged;

	private int running;

	private long admitted;

	private long refused;

	KeyMeters(ProviderLimitsBuilder settings, List<ProviderLimit> limits) {
		this.clock = settings.clock;
		long now = Micros.of(this.clock.instant());
		this.meters = limits.stream().map((limit) -> Meter.of(limit, now)).toList();
		this.maxConcurrent = settings.maxConcurrent;
		this.settlement = settings.settlement;
		this.refusalsCharged = settings.refusalsCharged;
	}

	synchronized Admission admit(ProviderUsage estimate) {
		advance();
		Violation violation = violation(estimate);
		if (violation == null) {
			this.meters.forEach((meter) -> meter.admit(meter.limit().unit().permits(estimate)));
			this.running++;
			this.admitted++;
		}
		else {
			this.meters.forEach((meter) -> meter
				.refuse((this.refusalsCharged && meter.limit().unit() == LimitedUnit.REQUESTS) ? 1 : 0));
			this.refused++;
		}
		return new Admission(this, this.clock.instant(), (violation == null) ? estimate : ProviderUsage.NONE,
				currentStates(), violation);
	}

	private @Nullable Violation violation(ProviderUsage estimate) {
		Violation longest = null;
		for (Meter meter : this.meters) {
			long permits = meter.limit().unit().permits(estimate);
			if (!meter.has(permits)) {
				LimitState state = meter.state();
				Duration wait = state.untilAvailable(permits);
				if (longest == null || isLonger(wait, longest.retryAfter())) {
					longest = new Violation(state, permits, wait);
				}
			}
		}
		if (longest == null && this.running >= this.maxConcurrent) {
			longest = new Violation(null, 1, Duration.ZERO);
		}
		return longest;
	}

	private static boolean isLonger(@Nullable Duration wait, @Nullable Duration other) {
		return other != null && (wait == null || wait.compareTo(other) > 0);
	}

	/** Called with the lock held. */
	void end(Admission admission, ProviderUsage actual) {
		advance();
		this.running--;
		if (this.settlement == Settlement.CORRECT) {
			long time = Micros.of(admission.time());
			for (Meter meter : this.meters) {
				LimitedUnit unit = meter.limit().unit();
				meter.correct(unit.permits(admission.charged()), unit.permits(actual), time);
			}
		}
	}

	synchronized List<LimitState> states() {
		advance();
		return currentStates();
	}

	synchronized void changeTo(List<ProviderLimit> limits) {
		advance();
		for (int i = 0; i < limits.size(); i++) {
			this.meters.get(i).changeTo(limits.get(i));
		}
	}

	synchronized ProviderCounts counts() {
		advance();
		return new ProviderCounts(this.admitted, this.refused, this.meters.stream().map(Meter::counts).toList());
	}

	private List<LimitState> currentStates() {
		return this.meters.stream().map(Meter::state).toList();
	}

	private void advance() {
		long now = Micros.of(this.clock.instant());
		this.meters.forEach((meter) -> meter.advance(now));
	}

}
