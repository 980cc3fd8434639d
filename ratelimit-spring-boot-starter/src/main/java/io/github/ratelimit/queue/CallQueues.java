package io.github.ratelimit.queue;

import io.github.ratelimit.Key;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.queue.CallQueue.Place;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The lines of calls that wait, one for each limit and key where anybody does, and how
 * many wait for each limit. Thread-safe.
 */
public final class CallQueues {

	private final ConcurrentMap<LineKey, CallQueue> lines = new ConcurrentHashMap<>();

	private final ConcurrentMap<RegisteredLimit, Integer> waiting = new ConcurrentHashMap<>();

	private final TimeSource time;

	private final WaitingThreadLimit threads;

	public CallQueues(TimeSource time, WaitingThreadLimit threads) {
		this.time = time;
		this.threads = threads;
	}

	/**
	 * Lets a call join the line of its limit and key, unless it would wait there for
	 * longer than it may, or too many wait already, or hold threads while they wait.
	 * @param charge what it wants of a limit that paces its calls
	 * @param holdsThread whether its caller waits with it; a call that waits at several
	 * limits at once counts at each
	 * @return its place, or the wait for which it is refused
	 */
	public Joined join(Charge charge, boolean holdsThread) {
		Joined[] joined = new Joined[1];
		this.lines.compute(LineKey.of(charge), (key, current) -> {
			CallQueue line = (current != null) ? current : new CallQueue();
			long wait = line.waitOfNext(this.time.nanoTime());
			if (wait > charge.maxWaitNanos()) {
				joined[0] = new Joined(null, wait, false);
				return current;
			}
			boolean room = this.waiting.getOrDefault(key.limit(), 0) < charge.limit().maxWaiting();
			boolean thread = room && holdsThread && this.threads.take(line.threads());
			boolean mayWait = room && (thread || !holdsThread);
			if (!mayWait && line.first() != null) {
				joined[0] = new Joined(null, wait, false);
				return current;
			}
			this.waiting.merge(key.limit(), 1, Integer::sum);
			joined[0] = new Joined(line.join(charge, thread), wait, mayWait);
			return line;
		});
		return joined[0];
	}

	/** Notes that the first of a line asks the store for its turn. */
	void asks(Charge charge, Place place) {
		this.lines.computeIfPresent(LineKey.of(charge), (key, line) -> {
			line.asks(place, this.time.nanoTime());
			return line;
		});
	}

	/** Returns for how long the store has held up a call and those before it. */
	long heldUpNanos(Charge charge, Place place) {
		long[] nanos = new long[1];
		this.lines.computeIfPresent(LineKey.of(charge), (key, line) -> {
			nanos[0] = line.heldUpNanos(place, this.time.nanoTime());
			return line;
		});
		return nanos[0];
	}

	/** Notes that the first of a line has taken its turn. */
	void reserved(Charge charge, Place place, long turnNanos) {
		this.lines.computeIfPresent(LineKey.of(charge), (key, line) -> {
			line.reserved(place, turnNanos, this.time.nanoTime());
			return line;
		});
	}

	/**
	 * Lets a call go, by its turn or because it gave up, and the next one step forward.
	 * Does nothing for a call that has left.
	 */
	void leave(Charge charge, Place place, boolean turnGivenBack) {
		@Nullable Place[] next = new @Nullable Place[1];
		this.lines.computeIfPresent(LineKey.of(charge), (key, line) -> {
			boolean first = line.first() == place;
			if (line.remove(place, turnGivenBack, this.time.nanoTime())) {
				if (place.holdsThread()) {
					this.threads.giveBack();
				}
				this.waiting.computeIfPresent(key.limit(), (limit, calls) -> (calls > 1) ? calls - 1 : null);
				next[0] = first ? line.first() : null;
			}
			return (line.first() == null) ? null : line;
		});
		Place forward = next[0];
		if (forward != null) {
			forward.first().complete(null);
		}
	}

	/** Returns how many calls are in a line: for tests. */
	public int waiting() {
		return this.waiting.values().stream().mapToInt(Integer::intValue).sum();
	}

	/**
	 * How a call joined a line.
	 *
	 * @param place its place, null if it was refused
	 * @param waitNanos how long it has to wait, as far as this process knows
	 * @param mayWait whether there is room for one more that waits
	 */
	public record Joined(@Nullable Place place, long waitNanos, boolean mayWait) {
	}

	private record LineKey(RegisteredLimit limit, Key key) {

		static LineKey of(Charge charge) {
			return new LineKey(charge.handle().registered(), charge.key());
		}

	}

}
