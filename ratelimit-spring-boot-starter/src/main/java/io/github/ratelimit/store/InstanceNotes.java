package io.github.ratelimit.store;

import io.github.ratelimit.Key;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Where instances that share a store leave notes for each other. Implementations must be
 * thread-safe.
 */
public interface InstanceNotes {

	/** For how long a note is kept that its instance does not replace. */
	Duration KEPT = Duration.ofMinutes(1);

	/**
	 * Leaves a note in the place of the one that was left under the same name, and
	 * returns those of other instances. Does not block, does not throw, and completes in
	 * any case.
	 * @param subject what the notes are about, for example the name of a client
	 * @param key about whose state; only its {@link Key#id()} is stored
	 * @param instance the name under which the note is left, of letters and digits
	 * @param note the note; not to be changed
	 * @return the notes of others in any order, or the failure
	 */
	CompletableFuture<List<InstanceNote>> exchange(String subject, Key key, String instance, byte[] note);

}
