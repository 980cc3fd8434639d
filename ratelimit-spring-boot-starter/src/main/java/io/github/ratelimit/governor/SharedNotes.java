package io.github.ratelimit.governor;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Where the instances of an application share what they know of one key of a provider.
 * Implementations must be thread-safe, must not block, and must complete every exchange
 * in the end.
 */
public interface SharedNotes {

	/**
	 * Leaves a note in the place of the last one, and returns those of others.
	 * @param instance the name under which the note is left
	 * @param note the note
	 * @return the notes of the last minute, or a failure
	 */
	CompletableFuture<List<PeerNote>> exchange(String instance, byte[] note);

	/**
	 * A note of another instance.
	 *
	 * @param instance the name under which it was left
	 * @param ageNanos how long ago that was
	 * @param note the note
	 */
	@SuppressWarnings("ArrayRecordComponent")
	record PeerNote(String instance, long ageNanos, byte[] note) {
	}

}
