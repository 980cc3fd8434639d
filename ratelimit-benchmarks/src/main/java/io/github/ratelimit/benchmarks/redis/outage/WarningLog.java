package io.github.ratelimit.benchmarks.redis.outage;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.github.ratelimit.store.redis.RedisStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What stores log while this is open, nothing of which is printed. */
final class WarningLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {

	private final Logger logger = (Logger) LoggerFactory.getLogger(RedisStore.class);

	private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();

	WarningLog() {
		setContext(this.logger.getLoggerContext());
		start();
		this.logger.setLevel(Level.INFO);
		this.logger.setAdditive(false);
		this.logger.addAppender(this);
	}

	@Override
	protected void append(ILoggingEvent event) {
		this.events.add(event);
	}

	/** Returns how many warnings there were. */
	long warnings() {
		return this.events.stream().filter((event) -> event.getLevel() == Level.WARN).count();
	}

	/** Returns level and message of each line. */
	List<String> lines() {
		return this.events.stream().map((event) -> event.getLevel() + " " + event.getFormattedMessage()).toList();
	}

	@Override
	public void close() {
		this.logger.detachAppender(this);
		stop();
	}

}
