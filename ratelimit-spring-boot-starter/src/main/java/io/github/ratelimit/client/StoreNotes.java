package io.github.ratelimit.client;

import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.ratelimit.Key;
import io.github.ratelimit.governor.SharedNotes;
import io.github.ratelimit.store.InstanceNotes;

/**
 * Shares what instances know of one key in their store.
 *
 * @param client the client's name
 * @param key whose quota is used
 * @param store the store
 */
record StoreNotes(String client, Key key, InstanceNotes store) implements SharedNotes {

	/** A call to a provider never fails for its limits' store. */
	@Override
	public CompletableFuture<List<PeerNote>> exchange(String instance, byte[] note) {
		try {
			return this.store.exchange(this.client, this.key, instance, note)
				.thenApply((notes) -> notes.stream()
					.map((other) -> new PeerNote(other.instance(), other.ageNanos(), other.note()))
					.toList());
		}
		catch (RuntimeException | LinkageError ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

}
