package io.github.ratelimit.test;

import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.KeyPage;
import io.github.ratelimit.store.KeyState;
import io.github.ratelimit.store.LimitStore;
import org.jspecify.annotations.Nullable;

/** Makes all limits full, ends all bans, and forgets the refusals that lead to one. */
final class LimitReset {

	private static final int PAGE_SIZE = 1000;

	private final LimitRegistry registry;

	private final LimitStore store;

	LimitReset(LimitRegistry registry, LimitStore store) {
		this.registry = registry;
		this.store = store;
	}

	void resetAll() {
		this.registry.all().forEach(this::reset);
	}

	private void reset(RegisteredLimit limit) {
		String after = null;
		do {
			after = resetPage(limit, this.store.keys(limit.handle(), after, PAGE_SIZE));
		}
		while (after != null);
		LimitHandle refusals = limit.refusals();
		if (refusals != null) {
			this.store.resetAll(refusals);
		}
	}

	private @Nullable String resetPage(RegisteredLimit limit, KeyPage page) {
		for (KeyState state : page.keys()) {
			if (limit.handle().blocks() != null) {
				this.store.unblock(limit.handle(), state.key().id());
			}
			this.store.reset(limit.handle(), state.key().id());
		}
		return page.next();
	}

}
