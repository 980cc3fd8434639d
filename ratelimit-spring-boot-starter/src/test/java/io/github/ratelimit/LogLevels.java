package io.github.ratelimit;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggerConfiguration;
import org.springframework.boot.logging.LoggingSystem;

/**
 * Each test class begins with INFO: applications of the class before it, in the same JVM,
 * may have logged only warnings, and the level outlives them.
 */
public final class LogLevels implements BeforeAllCallback {

	private final LoggingSystem logging = LoggingSystem.get(LogLevels.class.getClassLoader());

	@Override
	public void beforeAll(ExtensionContext context) {
		LoggerConfiguration root = this.logging.getLoggerConfiguration(LoggingSystem.ROOT_LOGGER_NAME);
		if (root != null && root.getEffectiveLevel().ordinal() > LogLevel.INFO.ordinal()) {
			this.logging.setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.INFO);
		}
	}

}
