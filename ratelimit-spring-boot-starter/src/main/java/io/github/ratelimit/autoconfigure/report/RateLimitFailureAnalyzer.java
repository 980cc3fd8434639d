package io.github.ratelimit.autoconfigure.report;

import io.github.ratelimit.InvalidRateException;
import io.github.ratelimit.UnknownLimitException;
import io.github.ratelimit.autoconfigure.properties.InvalidConfigurationException;
import io.github.ratelimit.autoconfigure.properties.PropertyOrigins;
import io.github.ratelimit.expression.InvalidExpressionException;
import io.github.ratelimit.method.InvalidRateLimitedMethodException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Explains why an application with limits does not start: because of a property, an
 * annotation, or its code. The outermost failure has the most information: that of a
 * method more than that of the expression in its annotation. Precedes Boot's own analyzer
 * of binding, which has the value but no correction.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
class RateLimitFailureAnalyzer implements FailureAnalyzer {

	private static final String WRONG_YAML = "mapping values are not allowed here";

	/** A function of ours before a colon, in the line that the reader of YAML shows. */
	private static final Pattern EXPRESSION = Pattern
		.compile("\\b(?:header|cookie|param|claim|attribute|hasRole|hasAuthority|inSubnet)\\('.*:");

	/** A kind of value that is written like a property. */
	private static final Pattern NAME = Pattern
		.compile("\\bkey:\\s+(header|cookie|param|claim|attribute):\\s*([^\\s'\"]+)");

	private static final Pattern BURST = Pattern.compile("\\brate:\\s+(\\S+/\\S+)\\s+burst:\\s*(\\d+)");

	private final @Nullable Environment environment;

	RateLimitFailureAnalyzer(@Nullable Environment environment) {
		this.environment = environment;
	}

	@Override
	public @Nullable FailureAnalysis analyze(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof InvalidConfigurationException ex) {
				return ofProperty(ex);
			}
			String remedy = remedyOfYaml(cause);
			if (remedy != null) {
				return analysis("A YAML file cannot be read", remedy, cause, "Code",
						MessageCodes.find(WRONG_YAML, null), "Reason", cause.getMessage());
			}
			if (cause instanceof InvalidRateLimitedMethodException ex) {
				return analysis("@RateLimited cannot work here", ex.remedy(), ex, "Code",
						MessageCodes.find(ex.problem(), "@RateLimited"), "Where", ex.location(), "Attribute",
						ex.attribute(), "Value", quoted(ex.value()), "Reason",
						((ex.value() != null) ? "The value " : "It ") + ex.problem());
			}
			if (cause instanceof InvalidExpressionException ex) {
				return analysis("An expression is not valid", ex.remedy(), ex, "Code",
						MessageCodes.find(ex.problem(), null), "Bean", bean(failure), "Value", quoted(ex.expression()),
						"Reason", "The expression " + ex.problem());
			}
			if (cause instanceof InvalidRateException ex) {
				return analysis("A rate is not valid", ex.remedy(), ex, "Code", MessageCodes.find(ex.problem(), null),
						"Bean", bean(failure), "Value", quoted(ex.value()), "Reason", "The rate " + ex.problem());
			}
			if (cause instanceof UnknownLimitException ex) {
				String name = ex.nearest()
					.map((nearest) -> "Write '" + nearest + "'")
					.orElse("Name a limit that exists");
				return analysis("A limit that does not exist is named",
						name + ", or configure it as ratelimit.limits." + ex.name() + ".", ex, "Code",
						MessageCodes.find(String.valueOf(ex.getMessage()), null), "Bean", bean(failure), "Value",
						quoted(ex.name()), "Reason", ex.getMessage());
			}
		}
		return null;
	}

	/**
	 * The library that reads YAML need not be there, so its exception has no type here.
	 * @return null if the failure is none of YAML's about an expression of ours
	 */
	private static @Nullable String remedyOfYaml(Throwable cause) {
		String message = cause.getMessage();
		if (message == null || !cause.getClass().getName().startsWith("org.yaml.snakeyaml.")
				|| !message.contains(WRONG_YAML)) {
			return null;
		}
		Matcher name = NAME.matcher(message);
		if (name.find()) {
			return "Write key: " + name.group(1) + "('" + name.group(2) + "').";
		}
		Matcher burst = BURST.matcher(message);
		if (burst.find()) {
			return "Write rate: " + burst.group(1) + " burst " + burst.group(2) + ".";
		}
		return EXPRESSION.matcher(message).find() ? "Put the expression in double quotes: in YAML, a colon "
				+ "before a space ends a name, also that of \"? :\" and \"?:\"." : null;
	}

	private FailureAnalysis ofProperty(InvalidConfigurationException cause) {
		PropertyOrigins origins = PropertyOrigins.of(this.environment, cause);
		boolean empty = cause.value().isEmpty();
		String remedy = (this.environment != null) ? cause.remedy(this.environment) : cause.remedy();
		return analysis("The rate limits are not configured correctly", remedy, cause, "Code",
				MessageCodes.find(cause.problem(), lastName(cause.property())), "Property", cause.property(), "Value",
				empty ? null : quoted(cause.value()), "Origin", origins.winner(), "Instead of", origins.others(),
				"Reason", (empty ? "It " : "The value ") + cause.problem());
	}

	/** Returns the name of a property without those of its groups. */
	private static String lastName(String property) {
		return property.substring(property.lastIndexOf('.') + 1);
	}

	private static @Nullable String quoted(@Nullable String value) {
		return (value != null) ? "\"" + value + "\"" : null;
	}

	/** Returns the bean whose creation failed, the innermost of several. */
	private static @Nullable String bean(Throwable failure) {
		String bean = null;
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof BeanCreationException creation && creation.getBeanName() != null) {
				bean = creation.getBeanName();
			}
		}
		return bean;
	}

	private static FailureAnalysis analysis(String title, String action, Throwable cause,
			@Nullable String... labelsAndTexts) {
		StringBuilder description = new StringBuilder(title).append(":\n");
		for (int i = 0; i < labelsAndTexts.length; i += 2) {
			if (labelsAndTexts[i + 1] != null) {
				description.append("\n    ").append(labelsAndTexts[i]).append(": ").append(labelsAndTexts[i + 1]);
			}
		}
		return new FailureAnalysis(description.toString(), action, cause);
	}

}
