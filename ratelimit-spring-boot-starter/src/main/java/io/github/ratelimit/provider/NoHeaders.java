package io.github.ratelimit.provider;

import io.github.ratelimit.LimitDecision;
import java.util.Collection;
import java.util.List;

/** {@code none}: no headers about limits. */
final class NoHeaders implements HeaderStyle {

	@Override
	public String name() {
		return "none";
	}

	@Override
	public Collection<String> headerNames() {
		return List.of();
	}

	@Override
	public void write(List<LimitDecision> limits, Headers headers) {
	}

}
