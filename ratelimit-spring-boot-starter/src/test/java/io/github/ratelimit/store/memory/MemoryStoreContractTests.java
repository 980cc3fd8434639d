package io.github.ratelimit.store.memory;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.LimitStore;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.LimitStoreContract;
import java.util.Set;

/** The memory store keeps the contract of all stores. */
class MemoryStoreContractTests implements LimitStoreContract {

	@Override
	public Set<Algorithm> algorithms() {
		return Set.of();
	}

	@Override
	public LimitStore createStore(TimeSource time) {
		return new MemoryStore(time, 10_000);
	}

}
