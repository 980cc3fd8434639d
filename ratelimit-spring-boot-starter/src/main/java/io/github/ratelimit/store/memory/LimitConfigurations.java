package io.github.ratelimit.store.memory;

import io.github.ratelimit.Limit;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The terms of the limits of one name, as its plans have them: one object for all equal
 * limits.
 */
final class LimitConfigurations {

	private final Limit usual;

	private final LimitTerms usualTerms;

	private final ConcurrentMap<Limit, LimitTerms> others = new ConcurrentHashMap<>();

	LimitConfigurations(Limit usual) {
		this.usual = usual;
		this.usualTerms = LimitTerms.of(usual);
	}

	LimitTerms of(Limit limit) {
		if (limit == this.usual) {
			return this.usualTerms;
		}
		LimitTerms other = this.others.get(limit);
		if (other != null) {
			return other;
		}
		return limit.equals(this.usual) ? this.usualTerms : this.others.computeIfAbsent(limit, LimitTerms::of);
	}

}
