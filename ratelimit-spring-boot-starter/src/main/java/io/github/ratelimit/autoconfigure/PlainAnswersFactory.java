package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.autoconfigure.properties.RateLimitProperties;
import io.github.ratelimit.autoconfigure.properties.StyleNames;
import io.github.ratelimit.provider.AnswerStyles;
import io.github.ratelimit.provider.BodyStyle;
import io.github.ratelimit.web.response.NonServletAnswers;
import io.github.ratelimit.web.response.SdkRetries;
import java.util.List;
import java.util.Locale;
import org.springframework.beans.factory.ObjectProvider;

/** Creates answers from the configuration. */
final class PlainAnswersFactory {

	private PlainAnswersFactory() {
	}

	static NonServletAnswers answers(RateLimitProperties properties, ObjectProvider<BodyStyle> bodies) {
		List<BodyStyle> own = bodies.orderedStream().toList();
		BodyStyle body = StyleNames.find("ratelimit.http.body", properties.http().body(),
				(name) -> AnswerStyles.body(own, name));
		boolean answersSdks = SdkRetries.areOf(body.name()) || properties.http()
			.headers()
			.stream()
			.anyMatch((style) -> SdkRetries.areOf(style.strip().toLowerCase(Locale.ROOT)));
		return new NonServletAnswers(body, new SdkRetries(answersSdks, properties.http().longestRetry()));
	}

}
