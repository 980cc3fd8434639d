package io.github.ratelimit.expression.spel;

import io.github.ratelimit.Suggestion;
import io.github.ratelimit.expression.InvalidExpressionException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The failures for names that are no variables or functions, with what may be meant. */
final class UnknownNames {

	private static final String BEFORE_RESPONSE = "The variables are ip, user, global, method and path";

	private static final String AFTER_RESPONSE = "The variables are status, ip, method and path";

	private UnknownNames() {
	}

	/**
	 * Returns the failure for a name that is not a variable.
	 * @param expression the expression
	 * @param name the name
	 * @return the failure
	 */
	static InvalidExpressionException variable(ParsedExpression expression, String name) {
		VariableOrFunction function = VariableOrFunction.function(name);
		if (function != null) {
			return expression.invalid("uses " + name + " without a name",
					"Write its name in quotes and parentheses, such as " + function.written() + ".");
		}
		if (name.equals(VariableOrFunction.COALESCE)) {
			return expression.invalid("uses coalesce without values",
					"Write the alternatives in parentheses, such as coalesce(user, ip).");
		}
		return expression.invalid("names the variable " + name + ", which does not exist",
				(expression.arguments().isNamed(name) ? "Did you mean the argument #" + name + "? " : meant(name))
						+ (expression.afterResponse() ? AFTER_RESPONSE : BEFORE_RESPONSE) + "; a header is "
						+ VariableOrFunction.HEADER.written()
						+ ", a method's argument #name, a text is in quotes: 'text'.");
	}

	/** Returns the failure for a name that is not a function. */
	static InvalidExpressionException function(ParsedExpression expression, String name) {
		if (VariableOrFunction.variable(name) != null) {
			return expression.invalid("calls " + name + ", which is a variable",
					"Write " + name + " without parentheses.");
		}
		return expression.invalid("calls the function " + name + ", which does not exist", meant(name)
				+ "The functions are header('…'), cookie('…'), param('…'), claim('…'), attribute('…'),"
				+ " hasRole('…'), hasAuthority('…'), inSubnet('…') and coalesce(a, b); a bean's method is @bean.method().");
	}

	private static String meant(String name) {
		if (name.length() < 3) {
			return "";
		}
		List<String> known = new ArrayList<>(List.of(VariableOrFunction.COALESCE));
		Arrays.stream(VariableOrFunction.values()).map(VariableOrFunction::text).forEach(known::add);
		return Suggestion.nearest(name, known).map((near) -> "Did you mean " + shown(near) + "? ").orElse("");
	}

	private static String shown(String name) {
		if (VariableOrFunction.variable(name) != null) {
			return name;
		}
		return name.equals(VariableOrFunction.COALESCE) ? "coalesce(a, b)" : name + "('…')";
	}

}
