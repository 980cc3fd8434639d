package io.github.ratelimit.expression.spel;

import java.util.function.Function;

import io.github.ratelimit.expression.ExpressionRoot;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.log.LogMessage;

/** Reads a value of a call. It may fail because of the client's input. Thread-safe. */
@FunctionalInterface
interface ValueReader {

	Log logger = LogFactory.getLog(ExpressionParser.class);

	/**
	 * Reads the value.
	 * @param call the call
	 * @return the value, null if there is none
	 * @throws Exception of any kind, if the client's input is unsuitable
	 */
	@Nullable Object read(ExpressionRoot call) throws Exception;

	/**
	 * Returns a function that reads and converts the value. There is no value if that
	 * fails, since a failure is caused by the client's input. The input is not logged.
	 * @param expression the expression, for the log
	 * @param conversion converts the value, and null if there is none
	 */
	default <T extends @Nullable Object> Function<ExpressionRoot, T> safe(String expression,
			Function<@Nullable Object, T> conversion) {
		return (call) -> {
			try {
				return conversion.apply(read(call));
			}
			catch (Exception | StackOverflowError | LinkageError ex) {
				logger.debug(LogMessage
					.of(() -> "Expression '" + expression + "' has no value for a call: " + ex.getClass().getName()));
				return conversion.apply(null);
			}
		};
	}

}
