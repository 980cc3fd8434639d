package io.github.ratelimit.store.memory;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.LimitStoreContract;

/** The memory store keeps the contract of all stores. */
class MemoryStoreContractTests implements LimitStoreContract {

	@Override
	public LimitStore createStore(TimeSource time) {
		return new MemoryStore(time, 10_000);
	}

}
