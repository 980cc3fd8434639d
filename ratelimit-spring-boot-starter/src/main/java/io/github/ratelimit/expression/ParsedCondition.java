package io.github.ratelimit.expression;

/** A condition that was parsed and checked. */
record ParsedCondition(String text, ValueReader reader) implements ConditionExpression {

	@Override
	public boolean holds(Call call) throws Exception {
		Object value = this.reader.read(call);
		if (value == null) {
			return false;
		}
		if (value instanceof Boolean holds) {
			return holds;
		}
		throw new IllegalStateException("The condition is a " + value.getClass().getName());
	}

	@Override
	public String toString() {
		return this.text;
	}

}
