package io.github.ratelimit.store.memory;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.LimitStoreContract;
import org.junit.jupiter.api.Test;

/** The memory store keeps the contract of all stores. */
class MemoryStoreContractTests implements LimitStoreContract {

	@Override
	public LimitStore createStore(TimeSource time) {
		return new MemoryStore(time, 10_000);
	}

	@Test
	void aRateBeyondTheNumbersThatRedisCanCountIsReadInProportion() {
		whatIsHalfFullStaysHalfFull("900000000000000/365d", 450_000_000_000_000L, "10/min", 5);
	}

}
