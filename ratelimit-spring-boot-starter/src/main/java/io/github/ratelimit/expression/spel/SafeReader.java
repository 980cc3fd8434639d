package io.github.ratelimit.expression.spel;

import io.github.ratelimit.expression.Call;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Reads a value; there is no value if reading fails, since a failure is caused by the
 * client's input. The input is not logged.
 */
final class SafeReader {

	private static final Log logger = LogFactory.getLog(ExpressionParser.class);

	private final String expression;

	private final ValueReader reader;

	SafeReader(String expression, ValueReader reader) {
		this.expression = expression;
		this.reader = reader;
	}

	@Nullable String text(Call call) {
		try {
			return TextConversion.text(this.reader.read(call));
		}
		catch (Exception | StackOverflowError | LinkageError ex) {
			log(ex);
			return null;
		}
	}

	boolean holds(Call call) {
		try {
			return Boolean.TRUE.equals(this.reader.read(call));
		}
		catch (Exception | StackOverflowError | LinkageError ex) {
			log(ex);
			return false;
		}
	}

	long permits(Call call) {
		try {
			return PermitConversion.of(this.reader.read(call));
		}
		catch (Exception | StackOverflowError | LinkageError ex) {
			log(ex);
			return PermitConversion.DEFAULT;
		}
	}

	private void log(Throwable failure) {
		if (logger.isDebugEnabled()) {
			logger
				.debug("Expression '" + this.expression + "' has no value for a call: " + failure.getClass().getName());
		}
	}

}
