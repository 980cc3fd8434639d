package io.github.ratelimit.governor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.ratelimit.governor.AccountNote.SentNote;
import io.github.ratelimit.governor.SharedNotes.PeerNote;
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
				Seen seen = seen(peer.instance(), note, now - peer.ageNanos());
				changes.add(change(peer, seen));
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

	private Seen seen(String instance, AccountNote note, long leftAt) {
		Seen before = this.last.get(instance);
		return new Seen(note, leftAt, (before != null) ? before.charged() : new IdentityHashMap<>(2));
	}

	/**
	 * The reports of the provider already include what an instance sent before its first
	 * note that was read, unless it has started since, and what it sent before a long
	 * pause: an instance without calls leaves a note before its next call. A configured
	 * limit is not reported, so all that was charged since the last note counts.
	 */
	private Change change(PeerNote peer, Seen seen) {
		Seen before = this.last.get(peer.instance());
		if (before != null) {
			boolean heard = this.met && seen.leftAt() - before.leftAt() < SILENT_NANOS;
			return new Change(before.note(), seen.note(), peer.ageNanos(),
					heard ? sentSince(before.note(), seen) : List.of(), this.met, seen.charged());
		}
		boolean begunSince = this.met && seen.beganAt() - this.metAt >= 0;
		return new Change(begunSince ? null : seen.note(), seen.note(), peer.ageNanos(),
				begunSince ? sentSince(null, seen) : List.of(), true, seen.charged());
	}

	/**
	 * Returns the calls that a note has and the one before has not, by the time of this
	 * instance. Where the time is known within limits only, a call counts as sent late,
	 * and one that was not sent after all as taken away early, so that a report includes
	 * rather less than it does.
	 */
	private static List<SentNote> sentSince(@Nullable AccountNote before, Seen seen) {
		AccountNote note = seen.note();
		if (note.sent().isEmpty()) {
			return List.of(note.sentSince(before).ofSign(1).at(seen.leftAt()));
		}
		List<SentNote> since = new ArrayList<>();
		Iterator<SentNote> known = ((before != null) ? before.sent() : List.<SentNote>of()).iterator();
		SentNote next = known.hasNext() ? known.next() : null;
		for (SentNote calls : note.sent()) {
			SentNote more = calls;
			while (next != null && next.at() <= calls.at()) {
				more = more.plus(next, -1);
				next = known.hasNext() ? known.next() : null;
			}
			add(more.ofSign(1).at(seen.beganAt() + calls.at()), since);
			add(more.ofSign(-1).at(seen.beganAt() + calls.begin()), since);
		}
		return since;
	}

	private static void add(SentNote calls, List<SentNote> since) {
		if (!calls.isNothing()) {
			since.add(calls);
		}
	}

	/** No notes are read any more: what the others send from now on is unknown. */
	void lost() {
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
	 * @param sent what it has sent since, by the time of this instance
	 * @param together whether notes were exchanged since; else each has used its part of
	 * the configured limits, which includes what it has charged
	 * @param charged what was charged here for it
	 */
	record Change(@Nullable AccountNote before, AccountNote note, long ageNanos, List<SentNote> sent, boolean together,
			Map<QuotaBudget, Double> charged) {

		/**
		 * Returns what is charged for the instance, negative for what it has given back.
		 * What was never charged here is not given back here.
		 */
		double charge(QuotaBudget configured) {
			double change = this.note.charged(configured)
					- ((this.before != null) ? this.before.charged(configured) : 0);
			double already = this.charged.getOrDefault(configured, 0.0);
			double charge = Math.max(-already, change);
			this.charged.put(configured, already + charge);
			return this.together ? charge : 0;
		}

		/** What is known of the limit includes what the instance has charged. */
		void included(QuotaBudget configured) {
			this.charged.put(configured, this.note.charged(configured));
		}

	}

	/**
	 * A note and when it was left.
	 *
	 * @param note the note
	 * @param leftAt the time by the clock of this instance
	 * @param charged what was charged here for its instance
	 */
	private record Seen(AccountNote note, long leftAt, Map<QuotaBudget, Double> charged) {

		long beganAt() {
			return this.leftAt - this.note.livedNanos();
		}

	}

}
