package io.github.ratelimit.provider;

import org.jspecify.annotations.Nullable;

/** {@code none}: no body; status and headers are sufficient. */
final class NoBody implements BodyStyle {

	@Override
	public String name() {
		return "none";
	}

	@Override
	public @Nullable Body body(Refusal refusal) {
		return null;
	}

}
