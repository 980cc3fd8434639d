package io.github.ratelimit.expression;

import java.util.function.Predicate;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * A parsed expression that tells which calls are exempt from a limit. Thread-safe.
 *
 * @param text the expression as it was written
 * @param inputs what it depends on
 * @param evaluation evaluates the condition; does not fail because of the client's input
 */
public record ExemptionExpression(String text, ExpressionInputs inputs, Predicate<ExpressionRoot> evaluation) {

	private static final Log logger = LogFactory.getLog(ExemptionExpression.class);

	/**
	 * Logs a warning if callers choose the values that exempt them.
	 * @param subject what has the condition, as in {@code Limit 'chat'}
	 */
	public void warnIfChosenByClient(String subject) {
		if (this.inputs.chosenByClient()) {
			logger.warn(subject + " exempts calls by " + this.text
					+ ", so callers can exempt themselves. Exempt them by hasRole('…'), hasAuthority('…'), a verified claim, "
					+ "or inSubnet('…'), or have a bean check what they send [RL512]");
		}
	}

	/**
	 * Evaluates the condition.
	 * @param call the call
	 * @return whether the call is exempt; false if the expression has no value or fails,
	 * so that a failure never exempts a call
	 */
	public boolean holds(ExpressionRoot call) {
		return this.evaluation.test(call);
	}

	@Override
	public String toString() {
		return this.text;
	}

}
