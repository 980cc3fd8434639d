package io.github.ratelimit.store.memory;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.store.memory.window.LogRates;

/** A limit that counts by a log of its calls. */
final class LogLimit extends PreparedLimit {

	private final LogRates rates;

	LogLimit(Limit limit) {
		super(limit);
		this.rates = new LogRates(limit);
	}

	LogRates rates() {
		return this.rates;
	}

	@Override
	KeyCell create(Key key, int slot, StoreClock clock, long now) {
		return new LogCell(key, slot, this.rates, now);
	}

}
