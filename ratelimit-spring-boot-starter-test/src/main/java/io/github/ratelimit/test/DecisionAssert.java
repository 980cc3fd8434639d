package io.github.ratelimit.test;

import io.github.ratelimit.Decision;
import io.github.ratelimit.LimitDecision;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.api.AbstractAssert;

/** Assertions about a {@link Decision}. */
public final class DecisionAssert extends AbstractAssert<DecisionAssert, Decision> {

	DecisionAssert(Decision actual) {
		super(actual, DecisionAssert.class);
	}

	/**
	 * Verifies that the call may go on.
	 * @return this assertion
	 */
	public DecisionAssert isAllowed() {
		isNotNull();
		if (!this.actual.isAllowed()) {
			failWithMessage("Expected the call to be allowed, but it was refused by %s: %s", names(violated()),
					this.actual);
		}
		return this;
	}

	/**
	 * Verifies that the call is refused.
	 * @return this assertion
	 */
	public DecisionAssert isRefused() {
		isNotNull();
		if (this.actual.isAllowed()) {
			failWithMessage("Expected the call to be refused, but it was allowed: %s", this.actual);
		}
		return this;
	}

	/**
	 * Verifies that the call is refused by exactly these limits.
	 * @param limits names of limits
	 * @return this assertion
	 */
	public DecisionAssert isRefusedBy(String... limits) {
		isRefused();
		Set<String> expected = new TreeSet<>(List.of(limits));
		if (!names(violated()).equals(expected)) {
			failWithMessage("Expected the call to be refused by %s, but it was refused by %s: %s", expected,
					names(violated()), this.actual);
		}
		return this;
	}

	/**
	 * Verifies after which time the call can be allowed.
	 * @param expected the exact duration, zero if the call is allowed
	 * @return this assertion
	 */
	public DecisionAssert hasRetryAfter(Duration expected) {
		isNotNull();
		if (!this.actual.retryAfter().equals(expected)) {
			failWithMessage("Expected a retry-after of %s, but it was %s: %s", expected, this.actual.retryAfter(),
					this.actual);
		}
		return this;
	}

	/**
	 * Verifies how many permits a limit has left after the decision.
	 * @param limit the name of a limit
	 * @param expected permits of the rate that has fewest
	 * @return this assertion
	 */
	public DecisionAssert hasRemaining(String limit, long expected) {
		isNotNull();
		List<LimitDecision> found = this.actual.limits()
			.stream()
			.filter((decision) -> decision.limit().name().equals(limit))
			.toList();
		if (found.isEmpty()) {
			failWithMessage("Expected limit '%s' in the decision, but it has only %s", limit,
					names(this.actual.limits()));
		}
		if (found.stream().anyMatch((decision) -> decision.remaining() != expected)) {
			failWithMessage("Expected limit '%s' to have %s permits left, but they were %s: %s", limit, expected,
					found.stream().map(LimitDecision::remaining).toList(), this.actual);
		}
		return this;
	}

	private List<LimitDecision> violated() {
		return this.actual.violated();
	}

	private static Set<String> names(List<LimitDecision> decisions) {
		Set<String> names = new TreeSet<>();
		decisions.forEach((decision) -> names.add(decision.limit().name()));
		return names;
	}

}
