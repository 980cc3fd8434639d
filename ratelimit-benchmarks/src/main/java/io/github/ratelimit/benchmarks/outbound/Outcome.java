package io.github.ratelimit.benchmarks.outbound;

import io.github.ratelimit.test.provider.limits.WindowCounts;
import java.util.List;

/**
 * What came of a simulation, by the provider's own count.
 *
 * @param used the part that was charged of the tokens that the provider offered: C + r T
 * @param attempts how often a request was sent
 * @param throttled how many of the attempts were answered 429
 * @param calls how many calls have ended
 * @param failed how many of them failed after all retries
 * @param windows what happened in each minute
 */
record Outcome(double used, long attempts, long throttled, long calls, long failed, List<WindowCounts> windows) {

	double throttledShare() {
		return (double) this.throttled / this.attempts;
	}

	double failedShare() {
		return (double) this.failed / this.calls;
	}

	double throttledShare(int window) {
		WindowCounts counts = this.windows.get(window);
		return (double) counts.refused() / (counts.admitted() + counts.refused());
	}

}
