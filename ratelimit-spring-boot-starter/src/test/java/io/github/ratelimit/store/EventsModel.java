package io.github.ratelimit.store;

import io.github.ratelimit.Limit;
import java.util.ArrayList;
import java.util.List;

/**
 * A sliding window of any kind: it remembers every call, and counts those that the kind
 * counts.
 */
abstract class EventsModel extends WindowModel {

	private final List<Event> events = new ArrayList<>();

	EventsModel(Limit limit, long now, long resolution) {
		super(limit, now, resolution);
	}

	/**
	 * Returns the permits that were taken and not given back, of calls whose time is
	 * counted.
	 */
	protected final long sum(Times times) {
		long sum = 0;
		for (Event event : this.events) {
			sum += times.count(event.nanos) ? event.permits : 0;
		}
		return sum;
	}

	@Override
	public Object takeFrom(long permits) {
		long longest = 0;
		for (int i = 0; i < limit().quotas(); i++) {
			longest = Math.max(longest, 3 * periodNanos(i));
		}
		long oldest = nanosAfter(0) - longest;
		this.events.removeIf((event) -> event.nanos < oldest);
		Event event = new Event(nanosAfter(0), permits);
		this.events.add(event);
		return event;
	}

	@Override
	public void giveBackTo(Object from, long permits) {
		Event event = (Event) from;
		event.permits = Math.max(0, event.permits - permits);
	}

	/** Which calls count. */
	interface Times {

		boolean count(long nanos);

	}

	private static final class Event {

		private final long nanos;

		private long permits;

		Event(long nanos, long permits) {
			this.nanos = nanos;
			this.permits = permits;
		}

	}

}
