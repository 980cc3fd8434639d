package io.github.ratelimit.expression;

import org.jspecify.annotations.Nullable;

/** A plan expression that was parsed and checked. */
record ParsedPlan(String text, boolean looksAtSecurity, boolean looksAtClient, boolean needsRequest,
		SafeReader reader) implements PlanExpression {

	@Override
	public @Nullable String evaluate(Call call) {
		return this.reader.text(call);
	}

	@Override
	public String toString() {
		return this.text;
	}

}
