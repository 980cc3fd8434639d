package io.github.ratelimit.expression;

import io.github.ratelimit.Key;
import io.github.ratelimit.KeySource;
import org.jspecify.annotations.Nullable;

/** A key expression that was parsed and checked. */
record ParsedKey(KeySource source, boolean looksAtSecurity, KeyPart part) implements KeyExpression {

	@Override
	public @Nullable Key evaluate(Call call) {
		return this.part.key(call);
	}

	@Override
	public boolean needsRequest() {
		return this.part.needsRequest();
	}

	@Override
	public String toString() {
		return this.source.expression();
	}

}
