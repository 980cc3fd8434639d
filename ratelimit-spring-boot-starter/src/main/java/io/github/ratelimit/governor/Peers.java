package io.github.ratelimit.governor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.ratelimit.governor.SharedNotes.PeerNote;
import io.github.ratelimit.provider.dialect.Dimension;
import org.jspecify.annotations.Nullable;

/**
 * The other instances that use the same key, by the notes that they have left last. Not
 * thread-safe.
 */
final class Peers {

	/** An instance that has left no note for so long has no calls. */
	private static final long ACTIVE_NANOS = TimeUnit.SECONDS.toNanos(10);

	/** An instance with calls leaves notes at shorter intervals. */
	private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(5);

	private Map<String, Seen> last = new HashMap<>();

	private int noted;

	private int active;

	private boolean met;

	private long metAt;

	/**
	 * Returns what has changed since the last exchange, the newest note first.
	 * @param notes the notes of all other instances
	 * @param now the time
	 */
	List<Change> meet(List<PeerNote> notes, long now) {
		Map<String, Seen> current = new HashMap<>();
		List<Change> changes = new ArrayList<>(notes.size());
		this.active = 0;
		for (PeerNote peer : notes) {
			AccountNote note = AccountNote.decode(peer.note());
			if (note != null) {
				Seen seen = new Seen(note, now - peer.ageNanos());
				changes.add(new Change(before(peer.instance(), seen), note, peer.ageNanos()));
				current.put(peer.instance(), seen);
				this.active += (peer.ageNanos() <= ACTIVE_NANOS) ? 1 : 0;
			}
		}
		changes.sort(Comparator.comparingLong(Change::ageNanos));
		this.last = current;
		this.noted = current.size();
		this.met = true;
		this.metAt = now;
		return changes;
	}

	/**
	 * Returns the note from which the changes of an instance count. The reports of the
	 * provider already include what an instance sent before its first note that was read,
	 * unless it has started since, and what it sent before a long pause: an instance
	 * without calls leaves a note before its next call.
	 */
	private @Nullable AccountNote before(String instance, Seen seen) {
		Seen before = this.last.get(instance);
		if (before != null) {
			return (seen.leftAt() - before.leftAt() < SILENT_NANOS) ? before.note() : seen.note();
		}
		boolean begunSince = this.met && seen.leftAt() - seen.note().livedNanos() - this.metAt >= 0;
		return begunSince ? null : seen.note();
	}

	/** Forgets all notes: what the others have sent since then is unknown. */
	void lost() {
		this.last.clear();
		this.met = false;
	}

	/** Returns how many other instances have left a note within the last minute. */
	int noted() {
		return this.noted;
	}

	/** Returns how many other instances are at work. */
	int active() {
		return this.active;
	}

	/**
	 * What one of the other instances has done.
	 *
	 * @param before its note before, null if it has started since
	 * @param note its latest note
	 * @param ageNanos how old that is
	 */
	record Change(@Nullable AccountNote before, AccountNote note, long ageNanos) {

		double estimated(Dimension dimension) {
			return this.note.estimated(dimension) - ((this.before != null) ? this.before.estimated(dimension) : 0);
		}

		double charged(QuotaBudget configured) {
			return this.note.charged(configured) - ((this.before != null) ? this.before.charged(configured) : 0);
		}

	}

	/**
	 * A note and when it was left.
	 *
	 * @param note the note
	 * @param leftAt the time by the clock of this instance
	 */
	private record Seen(AccountNote note, long leftAt) {
	}

}
