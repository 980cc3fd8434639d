package io.github.ratelimit.governor;

import io.github.ratelimit.Key;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.InstanceNote;
import io.github.ratelimit.store.InstanceNotes;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides when an instance exchanges notes with the others: a few times a second while it
 * has calls. A call waits for what the others know only if nothing was heard of them
 * lately, for a short time, and once as long as the store does not answer. Not
 * thread-safe: the {@link Governor} guards it.
 */
final class NoteExchange {

	private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

	/** The time until the next exchange where a call waits for it. */
	private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	/** The time until a store that failed is asked again. */
	private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

	/** What was heard of the others is worth nothing after this time. */
	private static final long STALE_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final long LONGEST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	private final InstanceNotes store;

	private final String client;

	private final Key key;

	private final String instance = Long.toHexString(ThreadLocalRandom.current().nextLong());

	private final TimeSource time;

	private final Executor executor;

	private final Runnable wake;

	private final BiConsumer<@Nullable List<InstanceNote>, @Nullable Throwable> receive;

	private final OtherInstances others = new OtherInstances();

	private long startedAt;

	private long receivedAt;

	private boolean received;

	private boolean exchanging;

	private boolean failing;

	private boolean changed;

	private boolean soon;

	private long timerAt;

	/**
	 * Creates the state before the first exchange.
	 * @param store keeps the notes
	 * @param client the client's name
	 * @param key what they are about
	 * @param time the time
	 * @param executor runs what follows
	 * @param wake looks again whether an exchange is due
	 * @param receive is given the notes of others, or the failure
	 */
	NoteExchange(InstanceNotes store, String client, Key key, TimeSource time, Executor executor, Runnable wake,
			BiConsumer<@Nullable List<InstanceNote>, @Nullable Throwable> receive) {
		this.store = store;
		this.client = client;
		this.key = key;
		this.time = time;
		this.executor = executor;
		this.wake = wake;
		this.receive = receive;
		this.timerAt = time.nanoTime();
		this.startedAt = this.timerAt - RETRY_NANOS;
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
		return (this.failing && !this.received) ? 1 : this.others.parts();
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
	@Nullable Runnable next(AdmissionControl control, boolean waiting, long now) {
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
		return () -> exchange(note).whenCompleteAsync(this.receive, this.executor);
	}

	/** A call to a provider never fails for its limits' store. */
	private CompletableFuture<List<InstanceNote>> exchange(byte[] note) {
		try {
			return this.store.exchange(this.client, this.key, this.instance, note);
		}
		catch (RuntimeException | LinkageError ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	private long pause() {
		if (this.failing) {
			return RETRY_NANOS;
		}
		return this.soon ? SOON_NANOS : PERIOD_NANOS * Math.max(1, this.others.noted() / 8);
	}

	private @Nullable Runnable wakeAfter(long wait, long now) {
		if (this.timerAt - now <= wait && this.timerAt - now > 0) {
			return null;
		}
		this.timerAt = now + wait;
		return () -> this.time.after(wait).thenRunAsync(this.wake, this.executor);
	}

	/**
	 * Uses what the store has answered.
	 * @param control what this instance knows
	 * @param notes the notes of others, null if the store has failed
	 * @param now the time
	 */
	void received(AdmissionControl control, @Nullable List<InstanceNote> notes, long now) {
		this.exchanging = false;
		this.failing = notes == null;
		if (notes == null) {
			control.alone(1 + this.others.active(), now);
			this.others.lost();
			return;
		}
		boolean first = !this.received;
		this.received = true;
		this.receivedAt = now;
		control.together(this.others.meet(notes, now), first, now);
	}

}
