package io.github.ratelimit.governor;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.ratelimit.governor.AccountNote.SentNote;
import io.github.ratelimit.provider.dialect.Dimension;
import org.jspecify.annotations.Nullable;

/**
 * What has been sent up to now and at earlier times, by this instance and by others. Not
 * thread-safe.
 */
final class SentCalls {

	private static final double[] NOTHING = {};

	private static final long REMEMBERED_NANOS = TimeUnit.SECONDS.toNanos(60);

	private static final int MOST_UNSENT = 64;

	private final Deque<Mark> history = new ArrayDeque<>(0);

	/**
	 * When the first of the calls was sent that the last entry of the history has added.
	 */
	private long togetherSince;

	private boolean together;

	/** Null if the calls of this instance are not shared. */
	private final Sharing.@Nullable Times times;

	/** The calls of other instances that became known last. */
	private final Deque<Heard> heard = new ArrayDeque<>(0);

	/** How often calls of other instances became known. */
	private long heardCount;

	/** The latest calls that were not sent, but are included in marks. */
	private final Deque<Unsent> unsent = new ArrayDeque<>(0);

	private Mark last;

	private double requests;

	private double inputTokens;

	private double outputTokens;

	SentCalls(boolean shared, long now) {
		this.last = new Mark(0, now, 0, 0, 0, NOTHING, 0);
		this.times = shared ? new Sharing.Times(now) : null;
	}

	/** Returns the mark of the call that was sent last, with what others have sent. */
	Mark last() {
		return this.last;
	}

	/** Returns how many requests this instance has sent. */
	double requests() {
		return this.requests;
	}

	/** Returns the estimated tokens of what this instance has sent. */
	double inputTokens() {
		return this.inputTokens;
	}

	/** Returns the estimated tokens of what this instance has sent. */
	double outputTokens() {
		return this.outputTokens;
	}

	void add(CallCost cost, double[] taken, long now) {
		this.last = this.last.next(cost, taken, now);
		count(cost, 1);
		if (this.times != null) {
			this.times.add(cost, now);
			rememberCall(now);
		}
	}

	private void rememberCall(long now) {
		if (this.together && now - this.togetherSince <= Sharing.TOGETHER_NANOS) {
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
		if (mark.sequence() < this.last.sequence() || !this.history.isEmpty()) {
			this.unsent.add(new Unsent(mark.sequence(), this.last.sequence(), cost));
			if (this.unsent.size() > MOST_UNSENT) {
				this.unsent.removeFirst();
			}
		}
		// marks with the next number no longer include it
		this.last = this.last.next().minus(cost);
		count(cost, -1);
		if (this.times != null) {
			this.times.remove(cost, mark.sentAt());
		}
	}

	/**
	 * Returns the mark of a call with what is known now: without what turned out not to
	 * have been sent, and with what others had sent by then, which became known later.
	 */
	Mark corrected(Mark mark) {
		Mark corrected = mark;
		for (Unsent call : this.unsent) {
			corrected = call.isIn(mark) ? corrected.minus(call.cost()) : corrected;
		}
		long number = this.heardCount;
		for (Iterator<Heard> calls = this.heard.descendingIterator(); calls.hasNext() && number > mark.heard();) {
			number--;
			SentNote others = calls.next().calls();
			corrected = (others.at() - mark.sentAt() <= 0) ? corrected.plus(others) : corrected;
		}
		return corrected;
	}

	private void count(CallCost cost, int sign) {
		this.requests += sign;
		this.inputTokens += sign * cost.permits(Dimension.INPUT_TOKENS);
		this.outputTokens += sign * (double) cost.outputTokens();
	}

	void addOfOthers(List<SentNote> sent, long now) {
		for (SentNote calls : sent) {
			this.heard.add(new Heard(calls, now));
			this.last = this.last.plus(calls).heard(++this.heardCount);
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
	List<SentNote> times(long now) {
		return (this.times != null) ? this.times.notes(now) : List.of();
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
			return switch (dimension) {
				case REQUESTS -> this.requests;
				case TOKENS -> this.inputTokens + this.outputTokens;
				case INPUT_TOKENS -> this.inputTokens;
				case OUTPUT_TOKENS -> this.outputTokens;
			};
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

		Mark minus(CallCost cost) {
			return plus(-1, -cost.permits(Dimension.INPUT_TOKENS), -cost.outputTokens());
		}

		Mark plus(SentNote calls) {
			return plus(calls.requests(), calls.inputTokens(), calls.outputTokens());
		}

		private Mark plus(double requests, double inputTokens, double outputTokens) {
			return new Mark(this.sequence, this.sentAt, this.requests + requests, this.inputTokens + inputTokens,
					this.outputTokens + outputTokens, this.taken, this.heard);
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
	 * @param cost what it would have cost
	 */
	private record Unsent(long sequence, long last, CallCost cost) {

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
