package io.github.ratelimit.expression;

/** What settles a call, parsed and checked. */
record ParsedSettle(String text, ValueReader reader) implements SettleExpression {

	@Override
	public long evaluate(Call call) throws Exception {
		return Permits.actual(this.reader.read(call));
	}

	@Override
	public String toString() {
		return this.text;
	}

}
