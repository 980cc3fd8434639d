package io.github.ratelimit.governor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.governor.AccountNote.SentNote;
import io.github.ratelimit.governor.SharedNotes.PeerNote;
import io.github.ratelimit.provider.dialect.Dimension;
import org.jspecify.annotations.Nullable;

/**
 * Decides when an instance exchanges notes with the others: a few times a second while it
 * has calls. A call waits for what the others know only if nothing was heard of them
 * lately, for a short time, and once as long as the store does not answer. Not
 * thread-safe: the {@link Governor} guards it.
 */
final class Sharing {

	private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

	/** The time until the next exchange where a call waits for it. */
	private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	/** The time until a store that failed is asked again. */
	private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

	/** What was heard of the others is worth nothing after this time. */
	private static final long STALE_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final long LONGEST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	/** Calls within this time are sent together as far as the others know. */
	static final long TOGETHER_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

	/** As many instances may begin at once before they know of each other. */
	private static final int LEAST_PARTS = 4;

	private final SharedNotes notes;

	private final String instance = Long.toHexString(ThreadLocalRandom.current().nextLong());

	private final TimeSource time;

	private final Executor executor;

	private final Runnable wake;

	private final BiConsumer<@Nullable List<PeerNote>, @Nullable Throwable> receive;

	private final Peers peers = new Peers();

	private long startedAt;

	private long receivedAt;

	private boolean received;

	private boolean exchanging;

	private boolean failing;

	/** Among how many instances what is available is divided. */
	private int parts = LEAST_PARTS;

	private boolean changed;

	private boolean soon;

	private long timerAt;

	private boolean timed;

	/**
	 * Creates the state before the first exchange.
	 * @param notes where notes are exchanged
	 * @param time the time
	 * @param executor runs what follows
	 * @param wake looks again whether an exchange is due
	 * @param receive is given the notes of others, or the failure
	 */
	Sharing(SharedNotes notes, TimeSource time, Executor executor, Runnable wake,
			BiConsumer<@Nullable List<PeerNote>, @Nullable Throwable> receive) {
		this.notes = notes;
		this.time = time;
		this.executor = executor;
		this.wake = wake;
		this.receive = receive;
		this.startedAt = time.nanoTime() - RETRY_NANOS;
	}

	/** Something has changed that the others should know. */
	void changed() {
		this.changed = true;
	}

	/**
	 * The others should know now, or what they know is needed.
	 * @return after what time to look again
	 */
	long changedSoon() {
		this.changed = true;
		this.soon = true;
		return SOON_NANOS;
	}

	/**
	 * Returns among how many instances what is available is divided: each may spend its
	 * part before the others know of it. Nothing is divided where none can be heard.
	 */
	int parts() {
		return (this.failing && !this.received) ? 1 : this.parts;
	}

	/**
	 * Returns for how long a call waits for what the others know, 0 if it need not. What
	 * they know is asked for, but a call that may not wait for it is decided without it.
	 * @param maxWait how long the call may wait
	 * @param now the time
	 */
	long untilHeard(long maxWait, long now) {
		long wait = untilHeard(now);
		return (wait <= maxWait) ? wait : 0;
	}

	private long untilHeard(long now) {
		if (this.failing || (this.received && now - this.receivedAt < STALE_NANOS)) {
			return 0;
		}
		if (!this.exchanging) {
			return changedSoon();
		}
		long wait = this.startedAt + LONGEST_WAIT_NANOS - now;
		this.failing = wait <= 0;
		return Math.max(0, wait);
	}

	/**
	 * Returns what is to be done without the lock, null for nothing.
	 * @param control what this instance knows
	 * @param waiting whether calls are queued
	 * @param now the time
	 */
	@Nullable Runnable next(LocalControl control, boolean waiting, long now) {
		if (this.exchanging || !(this.changed || waiting)) {
			return null;
		}
		long wait = this.startedAt + pause() - now;
		if (wait > 0) {
			return wakeAfter(wait, now);
		}
		this.exchanging = true;
		this.changed = false;
		this.soon = false;
		this.startedAt = now;
		byte[] note = control.note(now).encode();
		return () -> this.notes.exchange(this.instance, note).whenCompleteAsync(this.receive, this.executor);
	}

	private long pause() {
		if (this.failing) {
			return RETRY_NANOS;
		}
		return this.soon ? SOON_NANOS : PERIOD_NANOS * Math.max(1, this.peers.noted() / 8);
	}

	private @Nullable Runnable wakeAfter(long wait, long now) {
		if (this.timed && this.timerAt - now <= wait && this.timerAt - now > 0) {
			return null;
		}
		this.timed = true;
		this.timerAt = now + wait;
		return () -> this.time.after(wait).thenRunAsync(this.wake, this.executor);
	}

	/**
	 * Uses what the store has answered.
	 * @param control what this instance knows
	 * @param notes the notes of others, null if the store has failed
	 * @param now the time
	 */
	void received(LocalControl control, @Nullable List<PeerNote> notes, long now) {
		this.exchanging = false;
		this.failing = notes == null;
		if (notes == null) {
			control.alone(1 + this.peers.active(), now);
			this.parts = 1;
			this.peers.lost();
			return;
		}
		boolean first = !this.received;
		this.received = true;
		this.receivedAt = now;
		control.together(this.peers.meet(notes, now), first, now);
		this.parts = Math.max(LEAST_PARTS, this.peers.noted() + 1);
	}

	/**
	 * The permits that this instance has charged, and those of them that no shared note
	 * includes. Not thread-safe.
	 */
	static final class Charges {

		private double total;

		private double unshared;

		private double noted;

		void add(double permits) {
			this.total += permits;
			this.unshared += permits;
		}

		/** Corrects what was charged earlier. */
		void correct(double permits) {
			this.total -= permits;
		}

		/** Returns what was charged, as corrected since. */
		double total() {
			return this.total;
		}

		double unshared() {
			return this.unshared;
		}

		/** A note includes the total. */
		void noted() {
			this.noted = this.unshared;
		}

		/** The others have that note. */
		void noteShared() {
			this.unshared = Math.max(0, this.unshared - this.noted);
			this.noted = 0;
		}

	}

	/**
	 * What this instance has sent and when: the longer ago, the more calls at different
	 * times are taken together. Not thread-safe.
	 */
	static final class Times {

		/** Of these calls the others may not have heard yet. */
		private static final long NEW_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

		/** So many are kept between two notes. */
		private static final int MOST_STEPS = 3 * AccountNote.MOST_TIMES;

		private final List<Step> steps = new ArrayList<>();

		private final long origin;

		Times(long origin) {
			this.origin = origin;
		}

		void add(CallCost cost, long now) {
			Step last = this.steps.isEmpty() ? null : this.steps.get(this.steps.size() - 1);
			if (last == null || now - last.begin > TOGETHER_NANOS) {
				last = new Step(now);
				this.steps.add(last);
				if (this.steps.size() > MOST_STEPS) {
					shorten(now);
				}
			}
			last.end = now;
			last.count(cost, 1);
		}

		void remove(CallCost cost, long sentAt) {
			for (int i = this.steps.size() - 1; i >= 0; i--) {
				if (this.steps.get(i).begin - sentAt <= 0) {
					this.steps.get(i).count(cost, -1);
					return;
				}
			}
		}

		List<SentNote> notes(long now) {
			shorten(now);
			return this.steps.stream()
				.map((step) -> new SentNote(step.begin - this.origin, step.end - this.origin, step.requests,
						step.inputTokens, step.outputTokens))
				.toList();
		}

		/** Steps are only ever joined, so that the steps of two notes can be compared. */
		private void shorten(long now) {
			for (int i = this.steps.size() - 1; i > 0; i--) {
				long age = now - this.steps.get(i).end;
				long longest = (age < NEW_NANOS) ? 2 * TOGETHER_NANOS : age / 2;
				if (this.steps.get(i).end - this.steps.get(i - 1).begin <= longest) {
					join(i);
				}
			}
			while (this.steps.size() > AccountNote.MOST_TIMES) {
				join(1);
			}
		}

		private void join(int second) {
			this.steps.get(second - 1).add(this.steps.remove(second));
		}

	}

	/** Calls that are taken together. */
	private static final class Step {

		private final long begin;

		private long end;

		private double requests;

		private double inputTokens;

		private double outputTokens;

		Step(long begin) {
			this.begin = begin;
		}

		void count(CallCost cost, int sign) {
			this.requests += sign;
			this.inputTokens += sign * cost.permits(Dimension.INPUT_TOKENS);
			this.outputTokens += sign * (double) cost.outputTokens();
		}

		void add(Step later) {
			this.end = later.end;
			this.requests += later.requests;
			this.inputTokens += later.inputTokens;
			this.outputTokens += later.outputTokens;
		}

	}

}
