package io.github.ratelimit.governor;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;

import io.github.ratelimit.provider.dialect.Dimension;
import org.jspecify.annotations.Nullable;

/**
 * What has been sent up to now and at earlier times, by this instance and by others. Not
 * thread-safe.
 */
final class SentCalls {

	private static final double[] NOTHING = {};

	private static final long REMEMBERED_NANOS = TimeUnit.SECONDS.toNanos(60);

	private final Deque<Mark> history = new ArrayDeque<>(0);

	private Mark last;

	private double requests;

	private double inputTokens;

	private double outputTokens;

	SentCalls(long now) {
		this.last = new Mark(0, now, 0, 0, 0, NOTHING);
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
	}

	void remove(CallCost cost) {
		this.last = this.last.plus(-1, -cost.permits(Dimension.INPUT_TOKENS), -cost.outputTokens());
		count(cost, -1);
	}

	private void count(CallCost cost, int sign) {
		this.requests += sign;
		this.inputTokens += sign * cost.permits(Dimension.INPUT_TOKENS);
		this.outputTokens += sign * (double) cost.outputTokens();
	}

	void addOfOthers(Peers.Change change) {
		this.last = this.last.plus(change.estimated(Dimension.REQUESTS), change.estimated(Dimension.INPUT_TOKENS),
				change.estimated(Dimension.OUTPUT_TOKENS));
	}

	/** Remembers what has been sent up to now, for reports of other instances. */
	void remember(long now) {
		this.history.add(this.last.at(now));
		while (now - this.history.getFirst().sentAt() > REMEMBERED_NANOS) {
			this.history.removeFirst();
		}
	}

	/** Returns what had been sent at a time, null if it is not remembered. */
	@Nullable Mark at(long time) {
		for (Iterator<Mark> marks = this.history.descendingIterator(); marks.hasNext();) {
			Mark mark = marks.next();
			if (mark.sentAt() - time <= 0) {
				return mark.at(time);
			}
		}
		return null;
	}

	/** Forgets the past, as what others have sent is not known. */
	void forget() {
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
	 */
	@SuppressWarnings("ArrayRecordComponent")
	record Mark(long sequence, long sentAt, double requests, double inputTokens, double outputTokens, double[] taken) {

		double charged(Dimension dimension) {
			return switch (dimension) {
				case REQUESTS -> this.requests;
				case TOKENS -> this.inputTokens + this.outputTokens;
				case INPUT_TOKENS -> this.inputTokens;
				case OUTPUT_TOKENS -> this.outputTokens;
			};
		}

		boolean isAfter(long sentAt, long sequence) {
			return this.sentAt - sentAt > 0 || (this.sentAt == sentAt && this.sequence > sequence);
		}

		/** Returns what had been sent, at another time. */
		Mark at(long time) {
			return new Mark(this.sequence, time, this.requests, this.inputTokens, this.outputTokens, this.taken);
		}

		Mark next(CallCost cost, double[] taken, long now) {
			return new Mark(this.sequence + 1, now, this.requests + 1,
					this.inputTokens + cost.permits(Dimension.INPUT_TOKENS), this.outputTokens + cost.outputTokens(),
					taken);
		}

		/** Adds what was sent, or takes away what was not. */
		Mark plus(double requests, double inputTokens, double outputTokens) {
			return new Mark(this.sequence, this.sentAt, this.requests + requests, this.inputTokens + inputTokens,
					this.outputTokens + outputTokens, this.taken);
		}

	}

}
