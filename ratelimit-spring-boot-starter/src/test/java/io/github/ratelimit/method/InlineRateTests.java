package io.github.ratelimit.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.registry.KeySource;
import io.github.ratelimit.registry.LimitRegistry;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;

/** Limits that annotations define, and their names. */
class InlineRateTests {

	@Test
	void anInlineRateNeedsNoConfiguration() {
		try (AnnotationConfigApplicationContext context = LimiterConfiguration.start(Search.class)) {
			Search search = context.getBean(Search.class);
			search.find("ann");
			search.find("ann");
			assertThatExceptionOfType(RateLimitExceededException.class).isThrownBy(() -> search.find("ann"))
				.withMessageContaining("Search.find");
			assertThatNoException().isThrownBy(() -> search.find("bob"));
		}
	}

	@Test
	void anInlineLimitIsNamedAfterItsClassAndMethod() {
		try (AnnotationConfigApplicationContext context = LimiterConfiguration.start(Search.class)) {
			var registered = context.getBean(LimitRegistry.class).get("Search.find");
			assertThat(registered.limit().rates()).hasToString("[2/min]");
			assertThat(registered.keySources()).extracting(KeySource::expression).containsExactly("#userId");
			assertThat(registered.boundTo()).containsExactly("Search.find");
		}
	}

	@Test
	void anInlineCostNeedsNoConfiguration() {
		try (AnnotationConfigApplicationContext context = LimiterConfiguration.start(Search.class)) {
			Search search = context.getBean(Search.class);
			search.spend(60);
			assertThatExceptionOfType(RateLimitExceededException.class).isThrownBy(() -> search.spend(60));
			assertThatNoException().isThrownBy(() -> search.spend(40));
		}
	}

	@Test
	void severalRatesOfOneAnnotationAllApply() {
		try (AnnotationConfigApplicationContext context = LimiterConfiguration.start(Search.class)) {
			assertThat(context.getBean(LimitRegistry.class).get("Search.several").limit().rates())
				.hasToString("[5/s, 60/min burst 90]");
		}
	}

	@Test
	void overloadsAreDistinguishedByTheirParameters() {
		assertThat(names(Overloaded.class)).containsExactly("Overloaded.get", "Overloaded.get-String",
				"Overloaded.get-String-int", "Overloaded.get-String_");
	}

	@Test
	void classesWithTheSameNameAreDistinguishedByTheirPackage() {
		String here = InlineRateTests.class.getName();
		assertThat(names(First.Same.class, Second.Same.class)).containsExactly(here + ".First.Same.get",
				here + ".Second.Same.get");
	}

	@Test
	void namesDoNotDependOnTheOrderOfBeans() {
		assertThat(names(Second.Same.class, First.Same.class)).isEqualTo(names(First.Same.class, Second.Same.class));
	}

	@Test
	void furtherRatesOfOneMethodAreNumbered() {
		assertThat(names(Twice.class)).containsExactly("Twice.get", "Twice.get.2");
	}

	@Test
	void aRateOnAClassGivesEachMethodALimit() {
		assertThat(names(OnClass.class)).containsExactly("OnClass.one", "OnClass.two");
	}

	@Test
	void beansThatInheritAMethodShareItsLimit() {
		try (AnnotationConfigApplicationContext context = LimiterConfiguration.start(Left.class, Right.class)) {
			assertThat(inline(context)).containsExactly("Base.get");
			context.getBean(Left.class).get();
			assertThatExceptionOfType(RateLimitExceededException.class)
				.isThrownBy(() -> context.getBean(Right.class).get());
			assertThat(context.getBean(LimitRegistry.class).get("Base.get").boundTo()).containsExactly("Left.get",
					"Right.get");
		}
	}

	@Test
	void aMethodOfAnAnonymousClassIsNamedAfterTheClassAroundIt() {
		String name = "InlineRateTests.Anonymous.1.get";
		try (AnnotationConfigApplicationContext context = LimiterConfiguration.start(Anonymous.class)) {
			assertThat(inline(context)).containsExactly(name);
			assertThat(context.getBean(LimitRegistry.class).get(name).boundTo()).containsExactly(name);
		}
	}

	@Test
	void invalidCharactersInNamesAreReplaced() {
		assertThat(names(Gr\u00f6\u00dfe.class)).singleElement().asString().matches("Gr__e\\.get-[0-9a-f]{8}");
	}

	@Test
	void aNameOfTheApplicationIsNotUsedAgain() {
		try (AnnotationConfigApplicationContext context = LimiterConfiguration.start(Twice.class, Taken.class)) {
			assertThat(inline(context)).containsExactly("Twice.get", "Twice.get.2",
					InlineRateTests.class.getName() + ".Twice.get");
		}
	}

	private static List<String> names(Class<?>... components) {
		try (AnnotationConfigApplicationContext context = LimiterConfiguration.start(components)) {
			return inline(context);
		}
	}

	private static List<String> inline(AnnotationConfigApplicationContext context) {
		return context.getBean(LimitRegistry.class)
			.all()
			.stream()
			.map((registered) -> registered.limit().name())
			.filter((name) -> name.contains("."))
			.toList();
	}

	static class Search {

		@RateLimited(rate = "2/min", key = "#userId")
		public void find(String userId) {
		}

		@RateLimited(rate = "100/min", key = "global", cost = "#tokens")
		public void spend(long tokens) {
		}

		@RateLimited(rate = "60/min burst 90, 5/s", key = "global")
		public void several() {
		}

	}

	static class Overloaded {

		@RateLimited(rate = "1/min", key = "global")
		public void get() {
		}

		@RateLimited(rate = "1/min", key = "global")
		public void get(String a) {
		}

		@RateLimited(rate = "1/min", key = "global")
		public void get(String a, int b) {
		}

		@RateLimited(rate = "1/min", key = "global")
		public void get(String[] a) {
		}

	}

	static class First {

		static class Same {

			@RateLimited(rate = "1/min", key = "global")
			public void get() {
			}

		}

	}

	/** As a factory method of a configuration may return it. */
	static class Anonymous {

		@Bean
		Supplier<String> weather() {
			return new Supplier<>() {

				@Override
				@RateLimited(rate = "1/min", key = "global")
				public String get() {
					return "Rain.";
				}

			};
		}

	}

	static class Second {

		static class Same {

			@RateLimited(rate = "2/min", key = "global")
			public void get() {
			}

		}

	}

	static class Twice {

		@RateLimited(rate = "1/s", key = "global")
		@RateLimited(rate = "10/min", key = "global")
		public void get() {
		}

	}

	static class Taken {

		Taken(LimitRegistry registry) {
			registry.register(Limit.of("Twice.get", Rate.parse("1/h")), List.of());
		}

	}

	@RateLimited(rate = "1/min", key = "global")
	static class OnClass {

		public void one() {
		}

		public void two() {
		}

		void notPublic() {
		}

	}

	abstract static class Base {

		@RateLimited(rate = "1/min", key = "global")
		public void get() {
		}

	}

	static class Left extends Base {

	}

	static class Right extends Base {

	}

	static class Gr\u00f6\u00dfe {

		@RateLimited(rate = "1/min", key = "global")
		public void get() {
		}

	}

}
