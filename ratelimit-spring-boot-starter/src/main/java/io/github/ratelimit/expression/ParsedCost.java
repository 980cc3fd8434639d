package io.github.ratelimit.expression;

/**
 * A cost expression that was parsed and checked. What it looks at may be chosen by the
 * client, and nobody may choose to pay nothing.
 */
record ParsedCost(String text, boolean looksAtSecurity, boolean needsRequest,
		SafeReader reader) implements CostExpression {

	@Override
	public long evaluate(Call call) {
		return Math.max(Permits.DEFAULT, this.reader.permits(call));
	}

	@Override
	public String toString() {
		return this.text;
	}

	/** The same cost for every call. */
	record Constant(String text, long permits) implements CostExpression {

		@Override
		public long evaluate(Call call) {
			return this.permits;
		}

		@Override
		public boolean looksAtSecurity() {
			return false;
		}

		@Override
		public String toString() {
			return this.text;
		}

	}

}
