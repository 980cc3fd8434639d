package io.github.ratelimit.governor;

import io.github.ratelimit.governor.SharedNote.QuotaNote;
import io.github.ratelimit.governor.SharedNote.SentNote;
import io.github.ratelimit.store.InstanceNote;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The other instances that use the same key, by the notes that they have left last. Not
 * thread-safe.
 */
final class OtherInstances {

	/** An instance that has left no note for so long has no calls. */
	private static final long ACTIVE_NANOS = TimeUnit.SECONDS.toNanos(10);

	/** An instance with calls leaves notes at shorter intervals. */
	private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(5);

	/** Two notes show the time of one report to this. */
	private static final long SAME_REPORT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	/** As many instances may begin at once before they know of each other. */
	private static final int LEAST_PARTS = 4;

	/** So many instances are remembered that have left no note lately. */
	private static final int MOST_ABSENT = 100;

	/** The last notes, in the order in which they were read. */
	private final Map<String, Seen> last = new LinkedHashMap<>();

	private int noted;

	private int parts = LEAST_PARTS;

	private int active;

	private boolean met;

	/** How often the others were lost. */
	private int losses;

	private long metAt;

	/**
	 * Returns what has changed since the last exchange, the newest note first.
	 * @param notes the notes of all other instances
	 * @param now the time
	 */
	List<Change> meet(List<InstanceNote> notes, long now) {
		List<Change> changes = new ArrayList<>(notes.size());
		this.noted = 0;
		this.active = 0;
		for (InstanceNote other : notes) {
			SharedNote note = SharedNote.decode(other.note());
			if (note != null) {
				Seen before = this.last.remove(other.instance());
				Seen seen = new Seen(note, now - other.ageNanos(), this.losses,
						(before != null) ? before.charged() : new IdentityHashMap<>(2));
				changes.add(change(other, before, seen));
				this.last.put(other.instance(), seen);
				this.noted++;
				this.active += (other.ageNanos() <= ACTIVE_NANOS) ? 1 : 0;
			}
		}
		changes.sort(Comparator.comparingLong(Change::ageNanos));
		Iterator<Seen> oldest = this.last.values().iterator();
		for (int absent = this.last.size() - this.noted; absent > MOST_ABSENT; absent--) {
			oldest.next();
			oldest.remove();
		}
		this.met = true;
		this.metAt = now;
		this.parts = Math.max(LEAST_PARTS, this.noted + 1);
		return changes;
	}

	/**
	 * The reports of the provider already include what an instance sent before its first
	 * note that was read, unless it has started since, and what it sent before a long
	 * pause: an instance without calls leaves a note before its next call. A configured
	 * limit is not reported, so all that was charged since the last note counts, and all
	 * that an instance has charged which is heard of only after the first exchange.
	 */
	private Change change(InstanceNote other, @Nullable Seen before, Seen seen) {
		if (before != null) {
			boolean together = this.met && before.losses() == this.losses;
			boolean heard = together && seen.leftAt() - before.leftAt() < SILENT_NANOS;
			return new Change(before.note(), seen, other.ageNanos(), heard ? sentSince(before.note(), seen) : List.of(),
					together);
		}
		boolean begunSince = this.met && seen.beganAt() - this.metAt >= 0;
		return new Change(this.met ? null : seen.note(), seen, other.ageNanos(),
				begunSince ? sentSince(null, seen) : List.of(), true);
	}

	/**
	 * Returns the calls that a note has and the one before has not, by the time of this
	 * instance. Where the time is known within limits only, a call counts as sent late,
	 * and one that was not sent after all as taken away early, so that a report includes
	 * rather less than it does.
	 */
	private static List<SentNote> sentSince(@Nullable SharedNote before, Seen seen) {
		SharedNote note = seen.note();
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
		this.losses++;
		this.parts = 1;
	}

	/**
	 * Returns among how many instances what is available is divided; 1 after the notes of
	 * the others could not be read.
	 */
	int parts() {
		return this.parts;
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
	 * @param before its note before, null if it is heard of for the first time after the
	 * first exchange
	 * @param seen its latest note
	 * @param ageNanos how old that is
	 * @param sent what it has sent since, by the time of this instance
	 * @param together whether notes were exchanged since; else each has used its part of
	 * the configured limits, which includes what it has charged
	 */
	record Change(@Nullable SharedNote before, Seen seen, long ageNanos, List<SentNote> sent, boolean together) {

		SharedNote note() {
			return this.seen.note();
		}

		/**
		 * Returns what is charged for the instance, negative for what it has given back.
		 * What was never charged here is not given back here.
		 */
		double charge(QuotaBalance configured) {
			double change = (this.before != null) ? note().charged(configured) - this.before.charged(configured)
					: owed(configured);
			double already = this.seen.charged().getOrDefault(configured, 0.0);
			double charge = Math.max(-already, change);
			this.seen.charged().put(configured, already + charge);
			return this.together ? charge : 0;
		}

		/** Returns what has not come back of all that the instance has charged. */
		private double owed(QuotaBalance configured) {
			QuotaNote quota = note().of(configured);
			return (quota == null) ? 0 : Math.max(0, Math.min(quota.charged(),
					configured.capacity() - quota.available() - configured.refilled(this.ageNanos)));
		}

		/**
		 * Returns whether a report was read in the note before. Its time is known a
		 * little differently now, which makes it no newer.
		 */
		boolean isKnown(QuotaNote quota) {
			return this.before != null && this.before != note()
					&& this.before.quotas().stream().anyMatch((old) -> isSameReport(this.before, old, quota));
		}

		private boolean isSameReport(SharedNote before, QuotaNote old, QuotaNote quota) {
			long between = note().livedNanos() - quota.reportNanos() - (before.livedNanos() - old.reportNanos());
			return quota.dimension() == old.dimension() && quota.windowNanos() == old.windowNanos()
					&& quota.remaining() == old.remaining() && Math.abs(between) <= SAME_REPORT_NANOS;
		}

		/** What is known of the limit includes what the instance has charged. */
		void included(QuotaBalance configured) {
			this.seen.charged().put(configured, note().charged(configured));
		}

	}

	/**
	 * A note and when it was left.
	 *
	 * @param note the note
	 * @param leftAt the time by the clock of this instance
	 * @param losses how often the others had been lost when it was read
	 * @param charged what was charged here for its instance
	 */
	record Seen(SharedNote note, long leftAt, int losses, Map<QuotaBalance, Double> charged) {

		long beganAt() {
			return this.leftAt - this.note.livedNanos();
		}

		List<SentNote> unanswered() {
			return this.note.unanswered().stream().map((calls) -> calls.plus(beganAt())).toList();
		}

	}

}
