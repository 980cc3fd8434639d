package io.github.ratelimit.store;

import io.github.ratelimit.Limit;
import java.util.ArrayList;
import java.util.List;

/** A sliding window of some kind: it remembers every call, and counts what it has to. */
abstract class EventsModel extends WindowModel {

	private final List<Event> events = new ArrayList<>();

	EventsModel(Limit limit, long now, long resolution) {
		super(limit, now, resolution);
	}

	/** Returns what was taken and not given back, of calls whose time is counted. */
	protected final long sum(Times times) {
		long sum = 0;
		for (Event event : this.events) {
			sum += times.count(event.micros) ? event.permits : 0;
		}
		return sum;
	}

	@Override
	public Object takeFrom(long permits) {
		long longest = 0;
		for (int i = 0; i < limit().quotas(); i++) {
			longest = Math.max(longest, 3 * periodMicros(i));
		}
		long oldest = microsAfter(0) - longest;
		this.events.removeIf((event) -> event.micros < oldest);
		Event event = new Event(microsAfter(0), permits);
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

		boolean count(long micros);

	}

	private static final class Event {

		private final long micros;

		private long permits;

		Event(long micros, long permits) {
			this.micros = micros;
			this.permits = permits;
		}

	}

}
