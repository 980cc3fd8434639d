package io.github.ratelimit.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.RateLimitExempt;
import io.github.ratelimit.RateLimited;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.core.env.MapPropertySource;

/** Annotations that cannot work fail start-up with a helpful message. */
class StartUpChecksTests {

	private static final String HERE = StartUpChecksTests.class.getName() + "$";

	private static final String PROXY = "The limit works through a proxy of the bean: ";

	private static final String CALLED = PROXY
			+ "put the annotation on a method of the bean that other beans call, or make this one ";

	static Stream<Arguments> wrong() {
		return Stream.of(
				because(PrivateMethod.class,
						"method PrivateMethod.hidden(String) is private, so no proxy can reach it. " + CALLED
								+ "public."),
				because(StaticMethod.class,
						"method StaticMethod.shared() is static, so no proxy can reach it. " + CALLED
								+ "an instance method."),
				because(FinalMethod.class,
						"method FinalMethod.fixed() is final, so no proxy can reach it. " + CALLED
								+ "not final (in Kotlin: open)."),
				because(InheritsPrivate.class,
						"method PrivateMethod.hidden(String) is private, so no proxy can reach " + "it. " + CALLED
								+ "public."),
				because(FinalOfClass.class,
						"method FinalOfClass.fixed() is final, so no proxy can reach it. " + PROXY
								+ "make the method not final (in Kotlin: open), or annotate the methods that are "
								+ "meant instead of the class."),
				because(FinalClass.class,
						"class FinalClass is final, so no proxy can be made of it. " + PROXY
								+ "make the class not final (in Kotlin: open; a record is always final)."),
				because(Both.class, "method Both.both() is @RateLimitExempt as well. Keep one of the two annotations."),
				because(Empty.class,
						"method Empty.nothing() has neither limits nor a rate. Name a limit of ratelimit.limits, as "
								+ "in @RateLimited(\"chat\"), or write a rate and a key, as in @RateLimited(rate = "
								+ "\"10/min\", key = \"ip\")."),
				because(LimitAndRate.class,
						"method LimitAndRate.two(): rate \"10/min\" is set together with the limits [chat]. Write two "
								+ "annotations, one that names the limits and one that has the rate."),
				because(Unknown.class,
						"method Unknown.typo(): value \"chatt\" names a limit that does not exist. Write "
								+ "\"chat\", or configure ratelimit.limits.chatt. The limits are [budget, chat, "
								+ "everyone, one, paced, tokens]."),
				because(UnknownOnClass.class,
						"class UnknownOnClass: value \"chatt\" names a limit that does not exist. Write "
								+ "\"chat\", or configure ratelimit.limits.chatt. The limits are [budget, chat, "
								+ "everyone, one, paced, tokens]."),
				because(Missing.class,
						"method Missing.far(): value \"newsletter\" names a limit that does not exist. Name a limit that "
								+ "exists, or configure ratelimit.limits.newsletter. The limits are [budget, chat, "
								+ "everyone, one, paced, tokens]."),
				because(RateAsName.class,
						"method RateAsName.rated(): value \"10/min\" names a limit that does not exist. A rate has an "
								+ "attribute of its own: write @RateLimited(rate = \"10/min\", key = \"ip\")."),
				because(RateWithoutKey.class,
						"method RateWithoutKey.keyless(): rate \"10/min\" is set without a key. Say whose calls it "
								+ "counts, for example key = \"#userId\", key = \"ip\" or, for all callers together, "
								+ "key = \"global\"."),
				because(BarePeriod.class, "method BarePeriod.bare(): rate \"10/60\" "),
				because(UnknownArgument.class,
						"method UnknownArgument.find(String): key \"#usrId\" names the argument #usrId, which "
								+ "UnknownArgument.find does not have. Did you mean #userId? Its arguments are "
								+ "#userId."),
				because(BrokenKey.class, "method BrokenKey.find(String): key \"#userId +\" "),
				because(BrokenCost.class, "method BrokenCost.find(String): cost \"#size\" names the argument #size"),
				because(BrokenUnless.class,
						"method BrokenUnless.find(String): unless \"#id\" is a value, not a condition. Compare it"),
				because(KeyForGlobal.class,
						"method KeyForGlobal.find(String): key \"#userId\" has no effect: [everyone] count all "
								+ "callers together (key: global). Leave the key out, or give the limit another key "
								+ "under ratelimit.limits."),
				because(CostWithoutEffect.class,
						"method CostWithoutEffect.find(int): cost \"#size\" has no effect: none of [chat] has a cost "
								+ "in its configuration. Leave the cost out, or give the limit a default, for example "
								+ "ratelimit.limits.chat.cost=1."),
				because(NoFallback.class,
						"method NoFallback.find(String): fallback \"cachd\" is not a method of NoFallback. Did you "
								+ "mean \"cached\"? Its signature has to be String cachd(String) or String "
								+ "cachd(String, RateLimitExceededException)."),
				because(FallbackParameters.class,
						"method FallbackParameters.find(String): fallback \"cached\" has other parameters than the "
								+ "limited method. Its signature has to be String cached(String) or String "
								+ "cached(String, RateLimitExceededException)."),
				because(FallbackException.class,
						"method FallbackException.find(): fallback \"cached\" has other parameters than the limited "
								+ "method. Its signature has to be String cached() or String "
								+ "cached(RateLimitExceededException)."),
				because(FallbackResult.class,
						"method FallbackResult.find(): fallback \"cached\" returns Object where String is needed. "
								+ "Its signature has to be String cached() or String "
								+ "cached(RateLimitExceededException)."),
				because(FallbackItself.class,
						"method FallbackItself.find(): fallback \"find\" is the limited method itself. Name another "
								+ "method. Its signature has to be String find() or String "
								+ "find(RateLimitExceededException)."),
				because(Fallbacks.class, "method Fallbacks.find(): fallback \"one, two\" are several for one call. The "
						+ "annotations of a method are one decision: name one fallback, on one of them."));
	}

	private static Arguments because(Class<?> component, String message) {
		return Arguments.of(component, message);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("wrong")
	void anInvalidAnnotationFailsStartUp(Class<?> component, String message) {
		InvalidRateLimitedMethodException failure = failure(component);
		assertThat(failure.getMessage().replace(HERE, "")).startsWith("@RateLimited " + message);
		assertThat(failure.remedy()).isNotBlank().endsWith(".");
	}

	@Test
	void partsOfTheMessageAreAvailable() {
		InvalidRateLimitedMethodException failure = failure(Unknown.class);
		assertThat(failure.location()).isEqualTo("method " + HERE + "Unknown.typo()");
		assertThat(failure.attribute()).isEqualTo("value");
		assertThat(failure.value()).isEqualTo("chatt");
		assertThat(failure.problem()).isEqualTo("names a limit that does not exist");
	}

	@Test
	void anInvalidLazyBeanFailsStartUp() {
		assertThat(failure(LazyBean.class)).hasMessageContaining("LazyBean.typo");
		assertThat(LazyBean.created).isFalse();
	}

	@Test
	void aLazyBeanWithAPrivateMethodFailsStartUp() {
		assertThat(failure(LazyPrivate.class)).hasMessageContaining("is private");
	}

	@Test
	void anInvalidPrototypeFailsStartUp() {
		assertThat(failure(Prototype.class)).hasMessageContaining("Prototype.typo");
	}

	@Test
	void aBeanWithATypeThatIsUnknownUntilCreationFailsThen() {
		try (AnnotationConfigApplicationContext context = LimiterConfiguration.start(Hidden.class)) {
			assertThat(invalid(catchThrowable(() -> context.getBean("hidden")))).hasMessageContaining("Unknown.typo");
		}
	}

	@Test
	void aFinalClassBehindAnInterfaceMayBeLimited() {
		try (AnnotationConfigApplicationContext context = jdkProxies(FinalRunner.class)) {
			Runnable runner = context.getBean(Runnable.class);
			for (int i = 0; i < 3; i++) {
				runner.run();
			}
			assertThat(catchThrowable(runner::run)).isInstanceOf(RateLimitExceededException.class);
		}
	}

	@Test
	void aMethodThatNoInterfaceOfAJdkProxyHasFailsStartUp() {
		InvalidRateLimitedMethodException failure = invalid(
				catchThrowable(() -> jdkProxies(NotOfInterface.class).close()));
		assertThat(failure.getMessage().replace(HERE, "")).isEqualTo(
				"@RateLimited method NotOfInterface.own() is not in an interface of the bean, which is proxied by its "
						+ "interfaces. Add the method to one of them, or proxy classes: spring.aop.proxy-target-class=true.");
	}

	@Test
	void parametersWithoutNamesFailStartUp(@TempDir Path directory) throws Exception {
		Path source = directory.resolve("Nameless.java");
		Files.writeString(source, """
				import io.github.ratelimit.RateLimited;
				public class Nameless {
					@RateLimited(value = "chat", key = "#userId")
					public void find(String userId) {
					}
				}
				""");
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		assertThat(compiler.run(null, null, null, "-proc:none", "-classpath", System.getProperty("java.class.path"),
				"-d", directory.toString(), source.toString()))
			.isZero();
		try (URLClassLoader loader = new URLClassLoader(new URL[] { directory.toUri().toURL() },
				getClass().getClassLoader())) {
			InvalidRateLimitedMethodException failure = failure(loader.loadClass("Nameless"));
			assertThat(failure).hasMessage("@RateLimited method Nameless.find(String): key \"#userId\" names the "
					+ "argument #userId, but the parameters of Nameless.find have no names in the class file. Compile "
					+ "the class with -parameters, or write #p0.");
		}
	}

	private static InvalidRateLimitedMethodException failure(Class<?> component) {
		return invalid(catchThrowable(() -> {
			try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
				context.setClassLoader(component.getClassLoader());
				context.register(LimiterConfiguration.class, component);
				context.refresh();
			}
		}));
	}

	private static InvalidRateLimitedMethodException invalid(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof InvalidRateLimitedMethodException invalid) {
				return invalid;
			}
		}
		throw new AssertionError("Nothing failed, or something else", failure);
	}

	private static AnnotationConfigApplicationContext jdkProxies(Class<?> component) {
		AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
		context.getEnvironment()
			.getPropertySources()
			.addFirst(new MapPropertySource("test", Map.of("spring.aop.proxy-target-class", "false")));
		context.register(LimiterConfiguration.class, component);
		context.refresh();
		return context;
	}

	static class PrivateMethod {

		@RateLimited("chat")
		private void hidden(String question) {
		}

	}

	static class InheritsPrivate extends PrivateMethod {

	}

	static class StaticMethod {

		@RateLimited("chat")
		public static void shared() {
		}

	}

	static class FinalMethod {

		@RateLimited("chat")
		public final void fixed() {
		}

	}

	@RateLimited("chat")
	static class FinalOfClass {

		public final void fixed() {
		}

	}

	static final class FinalClass {

		@RateLimited("chat")
		public void chat() {
		}

	}

	static class Both {

		@RateLimited("chat")
		@RateLimitExempt
		public void both() {
		}

	}

	static class Empty {

		@RateLimited
		public void nothing() {
		}

	}

	static class LimitAndRate {

		@RateLimited(value = "chat", rate = "10/min", key = "ip")
		public void two() {
		}

	}

	static class Unknown {

		@RateLimited("chatt")
		public void typo() {
		}

	}

	static class Missing {

		@RateLimited("newsletter")
		public void far() {
		}

	}

	static class RateAsName {

		@RateLimited("10/min")
		public void rated() {
		}

	}

	@RateLimited("chatt")
	static class UnknownOnClass {

		public void typo() {
		}

	}

	static class RateWithoutKey {

		@RateLimited(rate = "10/min")
		public void keyless() {
		}

	}

	static class BarePeriod {

		@RateLimited(rate = "10/60", key = "ip")
		public void bare() {
		}

	}

	static class UnknownArgument {

		@RateLimited(value = "chat", key = "#usrId")
		public void find(String userId) {
		}

	}

	static class BrokenKey {

		@RateLimited(value = "chat", key = "#userId +")
		public void find(String userId) {
		}

	}

	static class BrokenCost {

		@RateLimited(value = "tokens", cost = "#size")
		public void find(String userId) {
		}

	}

	static class BrokenUnless {

		@RateLimited(value = "chat", unless = "#id")
		public void find(String id) {
		}

	}

	static class KeyForGlobal {

		@RateLimited(value = "everyone", key = "#userId")
		public void find(String userId) {
		}

	}

	static class CostWithoutEffect {

		@RateLimited(value = "chat", cost = "#size")
		public void find(int size) {
		}

	}

	static class NoFallback {

		@RateLimited(value = "chat", fallback = "cachd")
		public String find(String name) {
			return name;
		}

		String cached(String name) {
			return name;
		}

	}

	static class FallbackParameters {

		@RateLimited(value = "chat", fallback = "cached")
		public String find(String name) {
			return name;
		}

		String cached(int name) {
			return "";
		}

	}

	static class FallbackException {

		@RateLimited(value = "chat", fallback = "cached")
		public String find() {
			return "";
		}

		String cached(IllegalStateException other) {
			return "";
		}

	}

	static class FallbackResult {

		@RateLimited(value = "chat", fallback = "cached")
		public String find() {
			return "";
		}

		Object cached() {
			return "";
		}

	}

	static class FallbackItself {

		@RateLimited(value = "chat", fallback = "find")
		public String find() {
			return "";
		}

	}

	static class Fallbacks {

		@RateLimited(value = "chat", fallback = "one")
		@RateLimited(value = "everyone", fallback = "two")
		public String find() {
			return "";
		}

		String one() {
			return "";
		}

		String two() {
			return "";
		}

	}

	@Lazy
	static class LazyBean {

		private static boolean created;

		LazyBean() {
			created = true;
		}

		@RateLimited("chatt")
		public void typo() {
		}

	}

	@Lazy
	static class LazyPrivate extends PrivateMethod {

	}

	@Scope(BeanDefinition.SCOPE_PROTOTYPE)
	static class Prototype {

		@RateLimited("chatt")
		public void typo() {
		}

	}

	static class Hidden {

		@Bean
		@Lazy
		Object hidden() {
			return new Unknown();
		}

	}

	static final class FinalRunner implements Runnable {

		@Override
		@RateLimited("everyone")
		public void run() {
		}

	}

	static class NotOfInterface implements Runnable {

		@Override
		public void run() {
		}

		@RateLimited("everyone")
		public void own() {
		}

	}

}
