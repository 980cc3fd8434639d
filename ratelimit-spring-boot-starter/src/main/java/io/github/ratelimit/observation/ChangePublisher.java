package io.github.ratelimit.observation;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.event.LimitChangedEvent;
import io.github.ratelimit.limiter.RateLimitListener;
import io.github.ratelimit.registry.LimitChange;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Tells the application of changes that are made while it runs: by a
 * {@link LimitChangedEvent}, a line in the log and its listener. Thread-safe.
 */
public final class ChangePublisher implements LimitChange.Listener {

	private static final Log logger = LogFactory.getLog(ChangePublisher.class);

	private static final int MOST_CHARACTERS = 300;

	private final ApplicationEventPublisher events;

	private final RateLimitListener listener;

	private final TimeSource time;

	/**
	 * Creates it.
	 * @param events where events are published
	 * @param listener receives the changes, too, and throws nothing
	 * @param time when changes are made
	 */
	public ChangePublisher(ApplicationEventPublisher events, RateLimitListener listener, TimeSource time) {
		this.events = events;
		this.listener = listener;
		this.time = time;
	}

	@Override
	public void changed(LimitChange change) {
		logger.warn(subject(change) + ": "
				+ change.settings().stream().map((setting) -> text(change, setting)).collect(Collectors.joining(", "))
				+ " (" + change.origin().name().toLowerCase(Locale.ROOT).replace('_', ' ')
				+ ((change.by() != null) ? ", by " + printable(change.by()) : "") + ") [RL612]");
		try {
			this.events.publishEvent(new LimitChangedEvent(change.limit(), change.key(), change.settings(),
					change.origin(), change.by(), this.time.wallTime()));
		}
		catch (RuntimeException ex) {
			logger.warn("A listener of LimitChangedEvent failed; the change is in force all the same [RL618]", ex);
		}
		this.listener.changed(change);
	}

	private static String subject(LimitChange change) {
		if (change.key() != null) {
			return "Key " + change.key().masked() + " (" + change.key().id() + ") of limit '" + change.limit()
					+ "' was changed";
		}
		return (change.limit() != null) ? "Limit '" + change.limit() + "' was changed" : "All limits were changed";
	}

	/** What is done to keys has no value before. */
	private static String text(LimitChange change, LimitChange.Setting setting) {
		if (change.key() != null || setting.name().equals("reset")) {
			return setting.name() + ((setting.after() != null) ? " " + value(setting.after())
					: setting.name().equals("ban") ? " ended" : "");
		}
		return printable(setting.name()) + " " + value(setting.before()) + " -> " + value(setting.after());
	}

	private static String value(@Nullable String text) {
		return (text != null) ? "'" + printable(text) + "'" : "none";
	}

	/** Names of plans and of principals may have any characters. */
	private static String printable(String text) {
		boolean cut = text.length() > MOST_CHARACTERS;
		return (cut ? text.substring(0, MOST_CHARACTERS) + "..." : text).replaceAll("[^ -~]", "?");
	}

	@Override
	public void rejected(String limit, String reason) {
		logger.error("A change of limit '" + printable(limit) + "' that was made while the application runs cannot be "
				+ "applied here, so its settings stay as they are: " + printable(reason) + " [RL613]");
	}

	@Override
	public void dropped(String limit, String reason) {
		logger.error("The changes of limit '" + printable(limit) + "' that were made while the application runs cannot "
				+ "be applied to its refreshed configuration, which is in force without them: " + printable(reason)
				+ " [RL614]");
	}

}
