package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.autoconfigure.properties.RateLimitProperties;
import io.github.ratelimit.autoconfigure.properties.StyleNames;
import io.github.ratelimit.provider.AnswerStyles;
import io.github.ratelimit.provider.BodyStyle;
import io.github.ratelimit.web.response.PlainAnswers;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;

/** Creates answers from the configuration. */
final class PlainAnswersFactory {

	private PlainAnswersFactory() {
	}

	static PlainAnswers answers(RateLimitProperties properties, ObjectProvider<BodyStyle> bodies) {
		List<BodyStyle> own = bodies.orderedStream().toList();
		BodyStyle body = StyleNames.find("ratelimit.http.body", properties.http().body(),
				(name) -> AnswerStyles.body(own, name));
		return new PlainAnswers(body);
	}

}
