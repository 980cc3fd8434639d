package io.github.ratelimit.store.redis;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** What the store logs while this is open, nothing of which is printed. */
public final class StoreLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {

	private final Logger logger = (Logger) LoggerFactory.getLogger(RedisStore.class);

	private final @Nullable Level level = this.logger.getLevel();

	private final List<String> lines = new CopyOnWriteArrayList<>();

	public StoreLog() {
		setContext(this.logger.getLoggerContext());
		start();
		this.logger.setAdditive(false);
		// an application that another test started may have chosen a higher one
		this.logger.setLevel(Level.INFO);
		this.logger.addAppender(this);
	}

	@Override
	protected void append(ILoggingEvent event) {
		this.lines.add(event.getLevel() + " " + event.getFormattedMessage());
	}

	/** Returns level and message of each line. */
	public List<String> lines() {
		return this.lines;
	}

	@Override
	public void close() {
		this.logger.detachAppender(this);
		this.logger.setLevel(this.level);
		this.logger.setAdditive(true);
		stop();
	}

}
