package io.github.ratelimit.autoconfigure.properties;

import io.github.ratelimit.provider.AnswerStyles;
import io.github.ratelimit.provider.BodyStyle;
import io.github.ratelimit.provider.UnknownStyleException;
import io.github.ratelimit.web.cors.CorsHeaders;
import io.github.ratelimit.web.response.NonServletAnswers;
import io.github.ratelimit.web.response.SdkRetries;
import io.github.ratelimit.web.response.ServletAnswers;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Answers to callers in the styles that {@code ratelimit.http} names. */
public final class ConfiguredStyles {

	private static final String BODY = "ratelimit.http.body";

	private ConfiguredStyles() {
	}

	/**
	 * Returns the answers of a servlet web application.
	 * @param http the properties
	 * @param styles the known styles
	 * @param crossOrigin the application's own CORS configuration
	 * @return the answers
	 * @throws InvalidConfigurationException if there is no style of one of the names
	 */
	public static ServletAnswers answers(RateLimitProperties.Http http, AnswerStyles styles, CorsHeaders crossOrigin) {
		http.headers()
			.forEach((style) -> find("ratelimit.http.headers", style, (name) -> styles.headers(List.of(name))));
		find(BODY, http.body(), styles::body);
		return new ServletAnswers(styles, http.headers(), http.body(), crossOrigin, http.upstreamHeaders(),
				http.longestRetry());
	}

	/**
	 * Returns answers without headers that report limits.
	 * @param http the properties
	 * @param own the application's own body styles
	 * @return the answers
	 * @throws InvalidConfigurationException if there is no body style of the name
	 */
	public static NonServletAnswers plainAnswers(RateLimitProperties.Http http, Collection<BodyStyle> own) {
		BodyStyle body = find(BODY, http.body(), (name) -> AnswerStyles.body(own, name));
		boolean answersSdks = SdkRetries.areOf(body.name()) || http.headers()
			.stream()
			.anyMatch((style) -> SdkRetries.areOf(style.strip().toLowerCase(Locale.ROOT)));
		return new NonServletAnswers(body, new SdkRetries(answersSdks, http.longestRetry()));
	}

	/**
	 * Finds a style.
	 * @param property the full name of the property that names it
	 * @param style its name
	 * @param styles finds it
	 * @return the style
	 * @throws InvalidConfigurationException if there is no style of that name
	 */
	static <T> T find(String property, String style, Function<String, T> styles) {
		try {
			return styles.apply(style);
		}
		catch (UnknownStyleException ex) {
			throw new InvalidConfigurationException(property, style, "is not a known style", ex.remedy());
		}
	}

}
