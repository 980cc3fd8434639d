package io.github.ratelimit.autoconfigure.report;

import io.github.ratelimit.autoconfigure.properties.LimitDefinitions;
import java.util.List;
import java.util.Locale;
import java.util.stream.StreamSupport;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Warns of header styles without any content: those of providers distinguish requests
 * from tokens, and report only limits with such a unit.
 */
public final class HeaderStyleWarnings {

	private static final Log logger = LogFactory.getLog(HeaderStyleWarnings.class);

	private HeaderStyleWarnings() {
	}

	/**
	 * Warns of styles of providers if no limit has a unit.
	 * @param headers the names of the header styles
	 * @param limits the limits of the configuration
	 */
	public static void log(List<String> headers, LimitDefinitions limits) {
		boolean units = StreamSupport.stream(limits.spliterator(), false)
			.anyMatch((definition) -> definition.settings().limit().unit() != null);
		List<String> styles = headers.stream().map((style) -> style.strip().toLowerCase(Locale.ROOT)).toList();
		if (!units && (styles.contains("openai") || styles.contains("anthropic"))) {
			logger
				.warn("Headers in the style of openai or anthropic (ratelimit.http.headers) report limits with a unit, "
						+ "but no limit has one. Write unit: requests or unit: tokens in the limits that they are to report "
						+ "[RL522]");
		}
	}

}
