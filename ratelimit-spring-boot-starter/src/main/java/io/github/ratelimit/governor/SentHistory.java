package io.github.ratelimit.governor;

import io.github.ratelimit.governor.SharedNote.SentNote;
import io.github.ratelimit.provider.dialect.Dimension;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What has been sent up to now and at earlier times, by this instance and by others. Not
 * thread-safe.
 */
final class SentHistory {

	private static final double[] NOTHING = {};

	private static final long REMEMBERED_NANOS = TimeUnit.SECONDS.toNanos(60);

	private static final int MOST_UNSENT = 64;

	/** Calls within this time are sent together as far as the others know. */
	private static final long TOGETHER_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

	/** Of these calls the others may not have heard yet. */
	private static final long NEW_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

	/** So many steps are kept between two notes. */
	private static final int MOST_STEPS = 3 * SharedNote.MOST_TIMES;

	private final Deque<Mark> history = new ArrayDeque<>(0);

	/**
	 * When the first of the calls was sent that the last entry of the history has added.
	 */
	private long togetherSince;

	private boolean together;

	/**
	 * What this instance has sent and when, for the others: the longer ago, the more
	 * calls at different times are taken together.
	 */
	private final List<SentNote> steps = new ArrayList<>(0);

	private final boolean shared;

	private final long origin;

	/** The calls of other instances that became known last. */
	private final Deque<Heard> heard = new ArrayDeque<>(0);

	/** How often calls of other instances became known. */
	private long heardCount;

	/** The latest calls that were not sent, but are included in marks. */
	private final Deque<Unsent> unsent = new ArrayDeque<>(0);

	private Mark last;

	SentHistory(boolean shared, long now) {
		this.last = new Mark(0, now, 0, 0, 0, NOTHING, 0);
		this.shared = shared;
		this.origin = now;
	}

	/** Returns the mark of the call that was sent last, with what others have sent. */
	Mark last() {
		return this.last;
	}

	/** Returns all that this instance has sent. */
	SentNote total() {
		SentNote total = new SentNote(0, 0, 0, 0, 0);
		for (SentNote calls : this.steps) {
			total = total.plus(calls, 1);
		}
		return total;
	}

	void add(CallCost cost, double[] taken, long now) {
		this.last = this.last.next(cost, taken, now);
		if (this.shared) {
			addStep(SentNote.of(cost, now));
			rememberCall(now);
		}
	}

	private void addStep(SentNote call) {
		int last = this.steps.size() - 1;
		if (last >= 0 && call.at() - this.steps.get(last).begin() <= TOGETHER_NANOS) {
			this.steps.set(last, this.steps.get(last).join(call));
			return;
		}
		this.steps.add(call);
		if (this.steps.size() > MOST_STEPS) {
			joinSteps(call.at());
		}
	}

	private void rememberCall(long now) {
		if (this.together && now - this.togetherSince <= TOGETHER_NANOS) {
			this.history.removeLast();
		}
		else {
			this.togetherSince = now;
		}
		this.together = true;
		this.history.add(this.last);
	}

	/** Takes away a call that was added and then was not sent. */
	void remove(Mark mark, CallCost cost) {
		SentNote call = SentNote.of(cost, mark.sentAt());
		if (mark.sequence() < this.last.sequence() || !this.history.isEmpty()) {
			this.unsent.add(new Unsent(mark.sequence(), this.last.sequence(), call));
			if (this.unsent.size() > MOST_UNSENT) {
				this.unsent.removeFirst();
			}
		}
		// marks with the next number no longer include it
		this.last = this.last.next().plus(call, -1);
		if (this.shared) {
			removeFromStep(call);
		}
	}

	private void removeFromStep(SentNote call) {
		for (int i = this.steps.size() - 1; i >= 0; i--) {
			if (this.steps.get(i).begin() - call.at() <= 0) {
				this.steps.set(i, this.steps.get(i).plus(call, -1));
				return;
			}
		}
	}

	/**
	 * Returns the mark of a call with what is known now: without what turned out not to
	 * have been sent, and with what others had sent by then, which became known later.
	 */
	Mark corrected(Mark mark) {
		Mark corrected = mark;
		for (Unsent call : this.unsent) {
			corrected = call.isIn(mark) ? corrected.plus(call.call(), -1) : corrected;
		}
		long number = this.heardCount;
		for (Iterator<Heard> calls = this.heard.descendingIterator(); calls.hasNext() && number > mark.heard();) {
			number--;
			SentNote others = calls.next().calls();
			corrected = (others.at() - mark.sentAt() <= 0) ? corrected.plus(others, 1) : corrected;
		}
		return corrected;
	}

	void addOfOthers(List<SentNote> sent, long now) {
		for (SentNote calls : sent) {
			this.heard.add(new Heard(calls, now));
			this.last = this.last.plus(calls, 1).heard(++this.heardCount);
		}
	}

	/** Remembers what has been sent up to now, for reports of other instances. */
	void remember(long now) {
		this.together = false;
		this.history.add(this.last.at(now));
		while (now - this.history.getFirst().sentAt() > REMEMBERED_NANOS) {
			this.history.removeFirst();
		}
		while (!this.heard.isEmpty() && now - this.heard.getFirst().at() > REMEMBERED_NANOS) {
			this.heard.removeFirst();
		}
	}

	/** Returns what this instance has sent and when, for the others. */
	List<SentNote> notes(long now) {
		joinSteps(now);
		return this.steps.stream().map((calls) -> calls.plus(-this.origin)).toList();
	}

	/** Steps are only ever joined, so that the steps of two notes can be compared. */
	private void joinSteps(long now) {
		for (int i = this.steps.size() - 1; i > 0; i--) {
			long age = now - this.steps.get(i).at();
			long longest = (age < NEW_NANOS) ? 2 * TOGETHER_NANOS : age / 2;
			if (this.steps.get(i).at() - this.steps.get(i - 1).begin() <= longest) {
				joinStep(i);
			}
		}
		while (this.steps.size() > SharedNote.MOST_TIMES) {
			joinStep(1);
		}
	}

	private void joinStep(int second) {
		this.steps.set(second - 1, this.steps.get(second - 1).join(this.steps.remove(second)));
	}

	/** Returns what had been sent at a time, null if it is not remembered. */
	@Nullable Mark at(long time) {
		for (Iterator<Mark> marks = this.history.descendingIterator(); marks.hasNext();) {
			Mark mark = marks.next();
			if (mark.sentAt() - time <= 0) {
				return corrected(mark.at(time));
			}
		}
		return null;
	}

	/** Forgets the past, as what others have sent is not known. */
	void forget() {
		this.together = false;
		this.history.clear();
	}

	/**
	 * When a call was sent, and what had been sent by then: by its process, and by others
	 * as far as their notes say.
	 *
	 * @param sequence the number of the call
	 * @param sentAt the monotonic time in nanoseconds
	 * @param requests requests, this one included
	 * @param inputTokens estimated tokens
	 * @param outputTokens estimated tokens
	 * @param taken what the call took of each configured limit
	 * @param heard how often calls of other instances had become known
	 */
	@SuppressWarnings("ArrayRecordComponent")
	record Mark(long sequence, long sentAt, double requests, double inputTokens, double outputTokens, double[] taken,
			long heard) {

		double charged(Dimension dimension) {
			return CallCost.permits(dimension, this.requests, this.inputTokens, this.outputTokens);
		}

		boolean isAfter(Mark other) {
			return this.sentAt - other.sentAt > 0 || (this.sentAt == other.sentAt && this.sequence > other.sequence);
		}

		/** Returns what had been sent, at another time. */
		Mark at(long time) {
			return new Mark(this.sequence, time, this.requests, this.inputTokens, this.outputTokens, this.taken,
					this.heard);
		}

		Mark next(CallCost cost, double[] taken, long now) {
			return new Mark(this.sequence + 1, now, this.requests + 1,
					this.inputTokens + cost.permits(Dimension.INPUT_TOKENS), this.outputTokens + cost.outputTokens(),
					taken, this.heard);
		}

		/** Returns the same with the next number. */
		Mark next() {
			return new Mark(this.sequence + 1, this.sentAt, this.requests, this.inputTokens, this.outputTokens,
					this.taken, this.heard);
		}

		Mark plus(SentNote calls, int sign) {
			return new Mark(this.sequence, this.sentAt, this.requests + sign * calls.requests(),
					this.inputTokens + sign * calls.inputTokens(), this.outputTokens + sign * calls.outputTokens(),
					this.taken, this.heard);
		}

		Mark heard(long count) {
			return new Mark(this.sequence, this.sentAt, this.requests, this.inputTokens, this.outputTokens, this.taken,
					count);
		}

	}

	/**
	 * A call that was not sent.
	 *
	 * @param sequence its number
	 * @param last the number of the last mark that includes it
	 * @param call what it would have cost
	 */
	private record Unsent(long sequence, long last, SentNote call) {

		boolean isIn(Mark mark) {
			return mark.sequence() >= this.sequence && mark.sequence() <= this.last;
		}

	}

	/**
	 * Calls of other instances.
	 *
	 * @param calls what was sent, and when
	 * @param at when that became known
	 */
	private record Heard(SentNote calls, long at) {
	}

}
