package io.github.ratelimit.autoconfigure.report;

import io.github.ratelimit.Key;
import io.github.ratelimit.registry.KeySource;
import io.github.ratelimit.autoconfigure.properties.LimitDefinition;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties;
import io.github.ratelimit.expression.KeyExpression;
import io.github.ratelimit.expression.OnMissingKey;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;

/**
 * Warns of limits by address if Spring's own filter determines the address: it uses
 * {@code Forwarded} first, and of {@code X-Forwarded-For} the leftmost entry, which the
 * client has written unless the proxy removed it.
 */
public final class FrameworkForwarding {

	private static final String PROPERTY = "server.forward-headers-strategy";

	private static final Pattern SUBNET = Pattern.compile("\\binSubnet\\s*\\(");

	private static final Log logger = LogFactory.getLog(FrameworkForwarding.class);

	private FrameworkForwarding() {
	}

	/**
	 * Warns of the limits by address.
	 * @param environment the application's environment
	 * @param limits the limits of the configuration
	 * @param rules the rules of the configuration
	 */
	public static void check(Environment environment, Iterable<LimitDefinition> limits,
			List<RateLimitProperties.Http.Rule> rules) {
		if (!environment.getProperty(PROPERTY, "").strip().equalsIgnoreCase("framework")) {
			return;
		}
		List<String> byAddress = new ArrayList<>();
		for (LimitDefinition limit : limits) {
			if (countsByAddress(limit) || selectsByAddress(limit)) {
				byAddress.add(limit.name());
			}
		}
		rules.stream()
			.filter((rule) -> isSubnet(rule.unless()))
			.forEach((rule) -> byAddress.add("rule " + rule.path()));
		if (!byAddress.isEmpty()) {
			logger.warn(PROPERTY + " is framework, and these count or exempt calls by the client's address, if only "
					+ "where another key is missing: " + String.join(", ", byAddress) + ". Clients choose that address "
					+ "unless the proxy removes Forwarded and overwrites X-Forwarded-For: see that it does, or behind "
					+ "a proxy in a private network write native");
		}
	}

	private static boolean countsByAddress(LimitDefinition limit) {
		KeySource last = limit.keys().get(limit.keys().size() - 1).source();
		return limit.keys().stream().map(KeyExpression::source).anyMatch(FrameworkForwarding::isAddress)
				|| (limit.onMissingKey() == OnMissingKey.IP && !last.kinds().contains(Key.GLOBAL_KIND));
	}

	private static boolean selectsByAddress(LimitDefinition limit) {
		return (limit.unless() != null && isSubnet(limit.unless().text()))
				|| (limit.plan() != null && isSubnet(limit.plan().text()));
	}

	private static boolean isSubnet(@Nullable String expression) {
		return expression != null && SUBNET.matcher(expression).find();
	}

	private static boolean isAddress(KeySource source) {
		return source.kinds().contains(Key.ADDRESS_KIND);
	}

}
