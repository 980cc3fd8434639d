package io.github.ratelimit.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.aot.hint.predicate.RuntimeHintsPredicates.proxies;
import static org.springframework.aot.hint.predicate.RuntimeHintsPredicates.reflection;
import static org.springframework.aot.hint.predicate.RuntimeHintsPredicates.resource;

import io.github.ratelimit.RateLimited;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.beans.factory.aot.AotServices;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.web.client.RestClient;

/** What a native image of an application contains for the starter. */
class RuntimeHintsTests {

	@Test
	void resourcesAnnotationsAndMembersThatAreCalledByNameAreRegistered() {
		RuntimeHints hints = new RuntimeHints();
		List<RuntimeHintsRegistrar> registrars = AotServices.factories().load(RuntimeHintsRegistrar.class).asList();
		registrars.stream()
			.filter((registrar) -> registrar.getClass().getName().startsWith("io.github.ratelimit."))
			.forEach((registrar) -> registrar.registerHints(hints, getClass().getClassLoader()));
		assertThat(resource().forResource("io/github/ratelimit/store/redis/script/take.lua")).accepts(hints);
		assertThat(resource().forResource("io/github/ratelimit/actuate/page/page.html")).accepts(hints);
		assertThat(resource().forResource("io/github/ratelimit/autoconfigure/report/message-codes.txt")).accepts(hints);
		assertThat(reflection().onType(RateLimited.class).withMemberCategory(MemberCategory.INVOKE_DECLARED_METHODS))
			.accepts(hints);
		assertThat(reflection().onMethodInvocation(String.class, "replaceFirst")).accepts(hints);
		assertThat(proxies().forInterfaces(RestClient.class)).accepts(hints);
		assertThat(proxies().forInterfaces(RestClient.Builder.class)).accepts(hints);
		assertThat(reflection().onFieldAccess(LettuceConnectionFactory.class, "configuration")).accepts(hints);
	}

	@Test
	void methodsOfLimitedBeansAndWhatTheirExpressionsReadAreRegistered() throws NoSuchMethodException {
		RuntimeHints hints = hintsOf(Answering.class);
		assertThat(reflection().onMethodInvocation(Answering.class, "later")).accepts(hints);
		assertThat(reflection().onMethodInvocation(Question.class.getMethod("tokens"))).accepts(hints);
		assertThat(reflection().onMethodInvocation(Answer.class.getMethod("tokens"))).accepts(hints);
		assertThat(reflection().onType(Unlimited.class).withMemberCategory(MemberCategory.INVOKE_DECLARED_METHODS))
			.rejects(hintsOf(Unlimited.class));
	}

	private static RuntimeHints hintsOf(Class<?> bean) {
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			context.registerBean(bean);
			TestGenerationContext generation = new TestGenerationContext();
			new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
			return generation.getRuntimeHints();
		}
	}

	record Question(String text, long tokens) {
	}

	record Answer(String text, long tokens) {
	}

	public static class Answering {

		@RateLimited(rate = "10/min", key = "#question.text", cost = "#question.tokens", settle = "#result.tokens",
				fallback = "later")
		public Answer answer(Question question) {
			return new Answer(question.text(), question.tokens());
		}

		private Answer later(Question question) {
			return new Answer("Later", 0);
		}

	}

	public static class Unlimited {

		public void run() {
		}

	}

}
