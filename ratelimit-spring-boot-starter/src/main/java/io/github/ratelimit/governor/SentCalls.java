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
		this.last = this.last.plus(-1, -cost.inputTokens(), -cost.outputTokens());
		count(cost, -1);
	}

	private void count(CallCost cost, int sign) {
		this.requests += sign;
		this.inputTokens += sign * (double) cost.inputTokens();
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

}
