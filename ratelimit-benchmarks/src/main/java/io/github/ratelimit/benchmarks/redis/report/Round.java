package io.github.ratelimit.benchmarks.redis.report;

import io.github.ratelimit.benchmarks.redis.load.Tally;

/**
 * What a subject did in one round.
 *
 * @param tally what it answered
 * @param seconds how long it took
 * @param calls how many commands were sent to the server
 * @param serverMicros processor time of the server
 * @param clientMicros processor time of the load and the subject
 */
public record Round(Tally tally, double seconds, long calls, double serverMicros, double clientMicros) {

	double perSecond() {
		return this.tally.decisions() / this.seconds;
	}

	double callsPerDecision() {
		return (double) this.calls / this.tally.decisions();
	}

	double serverMicrosPerDecision() {
		return this.serverMicros / this.tally.decisions();
	}

	double clientMicrosPerDecision() {
		return this.clientMicros / this.tally.decisions();
	}

}
