package io.github.ratelimit.benchmarks.outbound;

import io.github.ratelimit.Key;
import io.github.ratelimit.store.InstanceNote;
import io.github.ratelimit.store.InstanceNotes;
import io.github.ratelimit.store.memory.MemoryStore;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A store that instances share, one millisecond away from each, in virtual time. */
final class SimulatedStore implements InstanceNotes {

	private static final long WAY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	private final VirtualTime time;

	private final MemoryStore store;

	private boolean fails;

	SimulatedStore(VirtualTime time) {
		this.time = time;
		this.store = new MemoryStore(time, 10);
	}

	void fails(boolean fails) {
		this.fails = fails;
	}

	@Override
	public CompletableFuture<List<InstanceNote>> exchange(String subject, Key key, String instance, byte[] note) {
		return this.time.after(WAY_NANOS)
			.thenCompose((there) -> this.fails
					? CompletableFuture.<List<InstanceNote>>failedFuture(new IllegalStateException("The store is away"))
					: this.store.exchange(subject, key, instance, note))
			.thenCompose((notes) -> this.time.after(WAY_NANOS).thenApply((back) -> notes));
	}

}
