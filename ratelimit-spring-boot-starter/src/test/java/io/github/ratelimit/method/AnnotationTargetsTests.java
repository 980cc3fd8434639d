package io.github.ratelimit.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.RateLimitExempt;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.registry.LimitRegistry;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.aop.support.AopUtils;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.AliasFor;
import org.springframework.core.env.MapPropertySource;

/** Where annotations may be placed, and which of them applies to a method. */
class AnnotationTargetsTests {

	@Test
	void aMetaAnnotationLimitsAMethod() {
		assertThat(boundTo("everyone", Composed.class)).containsExactly("Composed.plain");
	}

	@Test
	void aMetaAnnotationsAliasesOverrideAttributes() {
		try (AnnotationConfigApplicationContext context = LimiterConfiguration.start(Composed.class)) {
			Composed composed = context.getBean(Composed.class);
			composed.aliased("a");
			composed.aliased("a");
			assertRefused(() -> composed.aliased("a"));
			composed.aliased("b");
		}
	}

	@Test
	void eachOfSeveralMetaAnnotationsLimitsAMethod() {
		assertThat(boundTo("chat", Composed.class)).containsExactly("Composed.aliased", "Composed.repeated");
		assertThat(boundTo("budget", Composed.class)).containsExactly("Composed.repeated");
	}

	@Test
	void anAnnotatedClassLimitsItsPublicAndInheritedMethods() {
		assertThat(boundTo("everyone", OnClass.class)).containsExactly("OnClass.first", "OnClass.inherited",
				"OnClass.second");
	}

	@Test
	void printingABeanOfAnAnnotatedClassIsNotCounted() {
		try (AnnotationConfigApplicationContext context = LimiterConfiguration.start(OnClass.class)) {
			OnClass bean = context.getBean(OnClass.class);
			for (int i = 0; i < 10; i++) {
				assertThat(bean).hasToString("printed").isEqualTo(bean).hasSameHashCodeAs(bean);
			}
		}
	}

	@Test
	void theAnnotationOfAMethodReplacesThatOfItsClass() {
		assertThat(boundTo("everyone", Replaced.class)).containsExactly("Replaced.asTheClass");
		assertThat(boundTo("chat", Replaced.class)).containsExactly("Replaced.own");
	}

	@Test
	void anExemptMethodIsNotLimited() {
		assertThat(boundTo("everyone", ExemptMethod.class)).containsExactly("ExemptMethod.limited");
	}

	@Test
	void anExemptClassIsNotLimitedByItsSuperclass() {
		assertThat(boundTo("everyone", ExemptClass.class)).isEmpty();
		assertThat(boundTo("chat", ExemptClass.class)).containsExactly("ExemptClass.own");
	}

	@Test
	void anExemptClassIsNotLimitedByMethodsThatItInherits() {
		assertThat(boundTo("everyone", ExemptHeir.class)).isEmpty();
		assertThat(boundTo("chat", ExemptHeir.class)).isEmpty();
	}

	@Test
	void aSubclassInheritsTheAnnotationsOfOverriddenMethods() {
		assertThat(boundTo("chat", Overriding.class)).containsExactly("Overriding.own");
		assertThat(boundTo("everyone", Overriding.class)).containsExactly("Overriding.asTheClass");
	}

	@Test
	void anAnnotatedProtectedMethodIsLimited() {
		try (AnnotationConfigApplicationContext context = LimiterConfiguration.start(NotPublic.class)) {
			NotPublic bean = context.getBean(NotPublic.class);
			bean.open();
			bean.open();
			bean.open();
			assertRefused(bean::open);
			assertRefused(bean::narrow);
		}
	}

	@Test
	void theAnnotationOfAnInterfaceLimitsAnImplementingClass() {
		try (AnnotationConfigApplicationContext context = LimiterConfiguration.start(StringStore.class)) {
			StringStore store = context.getBean(StringStore.class);
			assertThat(AopUtils.isCglibProxy(store)).isTrue();
			assertGenericStoreIsLimited(store);
		}
	}

	@Test
	void theAnnotationOfAnInterfaceLimitsAJdkProxy() {
		try (AnnotationConfigApplicationContext context = jdkProxies(StringStore.class)) {
			Store<?> store = context.getBean(Store.class);
			assertThat(AopUtils.isJdkDynamicProxy(store)).isTrue();
			@SuppressWarnings("unchecked")
			Store<String> strings = (Store<String>) store;
			assertGenericStoreIsLimited(strings);
		}
	}

	/**
	 * The expression names the parameter of the interface, which has another name in the
	 * class.
	 */
	private static void assertGenericStoreIsLimited(Store<String> store) {
		assertThat(store.put("a")).isEqualTo("a");
		store.put("a");
		assertRefused(() -> store.put("a"));
		assertThat(store.put("b")).isEqualTo("b");
	}

	@Test
	void theAnnotationOfAClassLimitsAJdkProxy() {
		try (AnnotationConfigApplicationContext context = jdkProxies(AnnotatedGreeter.class)) {
			Greeter greeter = context.getBean(Greeter.class);
			assertThat(AopUtils.isJdkDynamicProxy(greeter)).isTrue();
			greeter.greet();
			greeter.greet();
			greeter.greet();
			assertRefused(greeter::greet);
		}
	}

	@Test
	void anInterfaceThatIsImplementedAtRunTimeIsLimited() {
		try (AnnotationConfigApplicationContext context = LimiterConfiguration.start(ClientConfiguration.class)) {
			Client client = context.getBean(Client.class);
			client.call("a");
			client.call("a");
			assertRefused(() -> client.call("a"));
			assertThat(client.call("b")).isEqualTo("called");
			assertThat(context.getBean(LimitRegistry.class).get("chat").boundTo()).containsExactly("Client.call");
		}
	}

	private static List<String> boundTo(String limit, Class<?> component) {
		try (AnnotationConfigApplicationContext context = LimiterConfiguration.start(component)) {
			return context.getBean(LimitRegistry.class).get(limit).boundTo();
		}
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

	private static void assertRefused(Runnable call) {
		assertThatExceptionOfType(RateLimitExceededException.class).isThrownBy(call::run);
	}

	@Target({ ElementType.METHOD, ElementType.TYPE })
	@Retention(RetentionPolicy.RUNTIME)
	@RateLimited("everyone")
	@interface ForAll {

	}

	@Target(ElementType.METHOD)
	@Retention(RetentionPolicy.RUNTIME)
	@RateLimited
	@interface Keyed {

		@AliasFor(annotation = RateLimited.class, attribute = "value")
		String[] limits();

		@AliasFor(annotation = RateLimited.class, attribute = "key")
		String by();

	}

	@Target(ElementType.METHOD)
	@Retention(RetentionPolicy.RUNTIME)
	@Repeatable(NamedLimits.class)
	@RateLimited
	@interface NamedLimit {

		@AliasFor(annotation = RateLimited.class, attribute = "value")
		String[] limit();

	}

	@Target(ElementType.METHOD)
	@Retention(RetentionPolicy.RUNTIME)
	@interface NamedLimits {

		NamedLimit[] value();

	}

	static class Composed {

		@ForAll
		public void plain() {
		}

		@Keyed(limits = "chat", by = "#room")
		public void aliased(String room) {
		}

		@NamedLimit(limit = "chat")
		@NamedLimit(limit = "budget")
		public void repeated() {
		}

	}

	static class NotAnnotated {

		public void inherited() {
		}

	}

	@RateLimited("everyone")
	static class OnClass extends NotAnnotated {

		public void first() {
		}

		public void second() {
		}

		protected void notPublic() {
		}

		public static void notOfABean() {
		}

		@Override
		public boolean equals(Object other) {
			return super.equals(other);
		}

		@Override
		public int hashCode() {
			return super.hashCode();
		}

		@Override
		public String toString() {
			return "printed";
		}

	}

	@RateLimited("everyone")
	static class Replaced {

		public void asTheClass() {
		}

		@RateLimited("chat")
		public void own() {
		}

	}

	@RateLimited("everyone")
	static class ExemptMethod {

		public void limited() {
		}

		@RateLimitExempt
		public void free() {
		}

	}

	@RateLimitExempt
	static class ExemptClass extends Replaced {

		@Override
		@RateLimited("chat")
		public void own() {
		}

	}

	@RateLimitExempt
	static class ExemptHeir extends Replaced {

	}

	static class Overriding extends Replaced {

		@Override
		public void asTheClass() {
		}

		@Override
		public void own() {
		}

	}

	static class NotPublic {

		@RateLimited("everyone")
		protected void open() {
		}

		@RateLimited("everyone")
		void narrow() {
		}

	}

	interface Store<T> {

		@RateLimited(rate = "2/min", key = "#item")
		T put(T item);

	}

	static class StringStore implements Store<String> {

		@Override
		public String put(String text) {
			return text;
		}

	}

	interface Greeter {

		void greet();

	}

	@RateLimited("everyone")
	static class AnnotatedGreeter implements Greeter {

		@Override
		public void greet() {
		}

	}

	interface Client {

		@RateLimited(value = "chat", key = "#topic")
		String call(String topic);

	}

	static class ClientConfiguration {

		@Bean
		Client client() {
			return (Client) Proxy.newProxyInstance(Client.class.getClassLoader(), new Class<?>[] { Client.class },
					(proxy, method, arguments) -> switch (method.getName()) {
						case "toString" -> "client";
						case "hashCode" -> 1;
						case "equals" -> proxy == arguments[0];
						default -> "called";
					});
		}

	}

}
