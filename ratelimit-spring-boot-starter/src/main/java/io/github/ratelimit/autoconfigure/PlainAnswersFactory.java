package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.autoconfigure.properties.LimitDefinitions;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties;
import io.github.ratelimit.autoconfigure.properties.UnknownStyles;
import io.github.ratelimit.provider.AnswerStyles;
import io.github.ratelimit.provider.BodyStyle;
import io.github.ratelimit.provider.UnknownStyleException;
import io.github.ratelimit.web.response.PlainAnswers;
import org.springframework.beans.factory.ObjectProvider;

/** Makes answers as the configuration wants them. */
final class PlainAnswersFactory {

	private PlainAnswersFactory() {
	}

	static PlainAnswers answers(RateLimitProperties properties, LimitDefinitions limits,
			ObjectProvider<BodyStyle> bodies) {
		String body = properties.getHttp().getBody();
		try {
			return new PlainAnswers(AnswerStyles.body(bodies.orderedStream().toList(), body), limits.hidden());
		}
		catch (UnknownStyleException ex) {
			throw UnknownStyles.invalid("ratelimit.http.body", body, ex);
		}
	}

}
