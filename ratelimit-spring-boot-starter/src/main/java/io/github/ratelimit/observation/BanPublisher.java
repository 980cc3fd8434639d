package io.github.ratelimit.observation;

import io.github.ratelimit.Key;
import io.github.ratelimit.KeyLabel;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.event.KeyBannedEvent;
import io.github.ratelimit.registry.RegisteredLimit;
import java.time.Duration;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Publishes bans to the application: a {@link KeyBannedEvent} for each, and a log entry
 * for at most ten a minute. If there is no room for more bans, that is logged once a
 * minute at most. Thread-safe.
 */
public final class BanPublisher implements Listeners.WithoutDecisions {

	private static final Log logger = LogFactory.getLog(BanPublisher.class);

	private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();

	private static final int LINES_PER_MINUTE = 10;

	private final ApplicationEventPublisher events;

	private final TimeSource time;

	private long minuteStartedNanos;

	private int lines;

	private long unlogged;

	private long nextMissNanos;

	/**
	 * Creates it.
	 * @param events where events are published
	 * @param time for logging no more than ten lines in a minute
	 */
	public BanPublisher(ApplicationEventPublisher events, TimeSource time) {
		this.events = events;
		this.time = time;
		this.minuteStartedNanos = time.nanoTime();
		this.nextMissNanos = this.minuteStartedNanos;
	}

	@Override
	public void banned(RegisteredLimit limit, Key key, Duration ban) {
		KeyLabel label = key.label();
		log(limit, label, ban);
		this.events.publishEvent(new KeyBannedEvent(limit.name(), label, ban));
	}

	@Override
	public void notBanned(RegisteredLimit limit, Key key) {
		if (isFirstMissInAWhile()) {
			logger.warn("Keys of limit '" + limit.name() + "' are refused too often (" + limit.settings().penalty()
					+ ") and cannot be banned: as many bans are running as the store keeps, or it does not answer. "
					+ "Their calls are still refused by the limit itself. With a store in memory a larger "
					+ "ratelimit.memory.max-keys-per-limit makes room [RL610]");
		}
	}

	private synchronized boolean isFirstMissInAWhile() {
		long now = this.time.nanoTime();
		boolean first = now - this.nextMissNanos >= 0;
		this.nextMissNanos = first ? now + MINUTE_NANOS : this.nextMissNanos;
		return first;
	}

	private void log(RegisteredLimit limit, KeyLabel key, Duration ban) {
		long others = linesLeftOut();
		if (others >= 0) {
			logger.warn("Key " + key.masked() + " (" + key.id() + ") of limit '" + limit.name() + "' is banned for "
					+ ban.toSeconds() + " s, because it was refused too often (" + limit.settings().penalty() + ")"
					+ ((others > 0) ? "; " + others + " more bans since the last such line" : "") + " [RL609]");
		}
	}

	/** Returns how many entries were omitted before this one, -1 to omit it as well. */
	private synchronized long linesLeftOut() {
		long now = this.time.nanoTime();
		if (now - this.minuteStartedNanos >= MINUTE_NANOS) {
			this.minuteStartedNanos = now;
			this.lines = 0;
		}
		if (this.lines >= LINES_PER_MINUTE) {
			this.unlogged++;
			return -1;
		}
		this.lines++;
		long others = this.unlogged;
		this.unlogged = 0;
		return others;
	}

}
