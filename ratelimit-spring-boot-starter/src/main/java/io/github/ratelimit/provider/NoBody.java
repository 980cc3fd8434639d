package io.github.ratelimit.provider;

import org.jspecify.annotations.Nullable;

/** {@code none}: status and headers say it all. */
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
