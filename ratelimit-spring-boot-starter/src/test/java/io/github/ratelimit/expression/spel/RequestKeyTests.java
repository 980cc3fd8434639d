package io.github.ratelimit.expression.spel;

import static io.github.ratelimit.expression.TestRequest.call;
import static io.github.ratelimit.expression.TestRequest.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.ratelimit.Key;
import io.github.ratelimit.expression.ExpressionRoot;
import io.github.ratelimit.expression.KeyExpression;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;

/**
 * Keys of requests.
 */
class RequestKeyTests {

	private final ExpressionParser parser = new ExpressionParser(null);

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			ip                          | ip          | 192.0.2.1
			user                        | user        | alice
			method                      | value       | POST
			path                        | value       | /v1/chat
			header('X-API-Key')         | value       | sk-1
			cookie('session')           | value       | c1
			param('id')                 | value       | 7
			claim('plan')               | claim(plan) | pro
			attribute('tenant')         | value       | acme
			(user)                      | user        | alice
			header("X-API-Key")         | value       | sk-1
			header('X-' + 'API-Key')    | value       | sk-1
			header('X-API-Key').trim()  | value       | sk-1
			header('X-None')?.trim()    |             |
			header('X-None').trim()     |             |
			header('X-None')            |             |
			method == 'POST' ? ip : user | value      | 192.0.2.1
			(#root.user)                | '#root.user' | alice
			claim('realm').city         | claim('realm').city | Bonn
			claim('realm')['city']      | claim('realm')['city'] | Bonn
			claim('realm')[city]        | claim('realm')[city] | Bonn
			user.toUpperCase()          | user.toUpperCase() | ALICE
			user.concat(path)           | value       | alice/v1/chat
			T(java.lang.Long).toHexString(255) | value  | ff
			{'a', 'b'}.?[#this == 'b'][0] | value     | b
			new String('x')             | value       | x
			""")
	void expressionGivesAKeyOfItsKind(String expression, @Nullable String kind, @Nullable String text) {
		ExpressionRoot call = request().with("user", "alice")
			.with("header:X-API-Key", "sk-1")
			.with("cookie:session", "c1")
			.with("param:id", "7")
			.with("claim:plan", "pro")
			.with("claim:realm", Map.of("city", "Bonn"))
			.with("attribute:tenant", "acme")
			.call();

		assertThat(key(expression, call)).isEqualTo((text != null) ? Key.of(kind, text) : null);
	}

	@Test
	void globalIsTheKeyOfAllCallers() {
		assertThat(key("global", request().call())).isSameAs(Key.GLOBAL);
		assertThat(key(" (global) ", request().call())).isSameAs(Key.GLOBAL);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "\t \n" })
	void emptyAndBlankTextsAreNoValue(String blank) {
		assertThat(key("header('X')", call("header:X", blank))).isNull();
		assertThat(key("coalesce(header('X'), ip)", call("header:X", blank))).isEqualTo(Key.of("ip", "192.0.2.1"));
		assertThat(key("header('X') ?: ip", call("header:X", blank))).isEqualTo(Key.of("ip", "192.0.2.1"));
		assertThat(key("header('X') + ip", call("header:X", blank))).isNull();
		assertThat(key("coalesce(header('X'), 'none').toUpperCase()", call("header:X", blank)))
			.isEqualTo(Key.of("NONE"));
	}

	@Test
	void withoutARequestThereIsNoValue() {
		ExpressionRoot call = ExpressionRoot.of(null, new Object[0]);

		for (String expression : List.of("ip", "user", "method", "path", "header('X')", "cookie('X')", "param('X')",
				"claim('X')", "attribute('X')", "user + path", "coalesce(user, ip)", "user.trim()")) {
			assertThat(key(expression, call)).as(expression).isNull();
		}
	}

	@ParameterizedTest
	@MethodSource
	void valueBecomesAText(Object value, @Nullable String text) {
		Key expected = (text != null) ? Key.of(text) : null;

		assertThat(key("attribute('x')", call("attribute:x", value))).isEqualTo(expected);
	}

	static Stream<Arguments> valueBecomesAText() {
		UUID uuid = UUID.randomUUID();
		return Stream.of(arguments(5, "5"), arguments(5L, "5"), arguments(new BigDecimal("1.50"), "1.50"),
				arguments(true, "true"), arguments('c', "c"), arguments(uuid, uuid.toString()),
				arguments(TimeUnit.DAYS, "DAYS"), arguments(new StringBuilder("text"), "text"),
				arguments(new StringBuilder(), null), arguments(Optional.of("x"), "x"),
				arguments(Optional.of(Optional.of("x")), "x"), arguments(Optional.empty(), null),
				arguments(Optional.of(" "), null), arguments(OptionalInt.of(3), "3"),
				arguments(OptionalInt.empty(), null), arguments(OptionalLong.empty(), null),
				arguments(List.of("only"), "only"), arguments(List.of(), null), arguments(List.of("a", "b"), null),
				arguments(new String[] { "only" }, "only"), arguments(new int[] { 1, 2 }, null),
				arguments(Map.of("a", "b"), null), arguments(new Object(), null), arguments(new WithText(), "own text"),
				arguments(new WithFailingText(), null), arguments(new WithNullText(), null));
	}

	@Test
	void alternativesKeepTheirKinds() {
		for (String expression : List.of("coalesce(claim('org'), user, ip)", "claim('org') ?: user ?: ip",
				"coalesce(coalesce(claim('org'), user), ip)")) {
			assertThat(key(expression, call("claim:org", "acme"))).isEqualTo(Key.of("claim(org)", "acme"));
			assertThat(key(expression, call("user", "acme"))).isEqualTo(Key.of("user", "acme"));
			assertThat(key(expression, request().call())).isEqualTo(Key.of("ip", "192.0.2.1"));
			assertThat(this.parser.requestKey(expression).source().kinds()).containsExactly("claim(org)", "user", "ip");
		}
	}

	@Test
	void alternativeThatFailsIsPassedOver() {
		assertThat(key("coalesce(header('X').substring(5), ip)", call("header:X", "abc")))
			.isEqualTo(Key.of("ip", "192.0.2.1"));
	}

	@Test
	void sumComposesTypedParts() {
		Key composed = key("user + path", call("user", "alice"));

		assertThat(composed).isEqualTo(Key.composed(List.of(Key.of("user", "alice"), Key.of("/v1/chat"))));
		assertThat(key("header('X') + path", call("header:X", "alice"))).isNotNull().isNotEqualTo(composed);
		assertThat(key("(user + (path))", call("user", "alice"))).isEqualTo(composed);
		assertThat(this.parser.requestKey("user + path").source().kinds()).containsExactly("user+value");
	}

	@Test
	void kindOfASourceIsThatOfItsKeys() {
		ExpressionRoot call = request().with("claim:a+b", "x").with("user", "alice").call();

		for (String expression : List.of("claim('a+b') + user", "user + claim('a+b') + path", "user.trim() + ip")) {
			KeyExpression key = this.parser.requestKey(expression);
			assertThat(key.evaluate(call).kind()).isEqualTo(key.source().kind());
		}
	}

	@Test
	void sumHasNoValueIfAnOperandHasNone() {
		assertThat(key("user + path", request().call())).isNull();
		assertThat(key("path + user", request().call())).isNull();
		assertThat(key("coalesce(user + path, ip)", request().call())).isEqualTo(Key.of("ip", "192.0.2.1"));
	}

	@Test
	void sumMayHoldConstantsAndAlternatives() {
		assertThat(key("user + '-' + path", call("user", "a")))
			.isEqualTo(Key.composed(List.of(Key.of("user", "a"), Key.of("-"), Key.of("/v1/chat"))));
		assertThat(key("coalesce(user, ip) + path", request().call()))
			.isEqualTo(Key.composed(List.of(Key.of("ip", "192.0.2.1"), Key.of("/v1/chat"))));
	}

	@Test
	void sumWithinACallOrConditionalIsSpels() {
		assertThat(key("method == 'GET' ? ip : 'a' + path", request().call())).isEqualTo(Key.of("a/v1/chat"));
		assertThat(key("header('X'.concat('-' + 'Y'))", call("header:X-Y", "1"))).isEqualTo(Key.of("1"));
	}

	@Test
	void constantIsAKey() {
		assertThat(key("'everybody'", request().call())).isEqualTo(Key.of("everybody"));
	}

	@Test
	void textOfAClientIsNeverEvaluated() {
		String text = "T(java.lang.Runtime).getRuntime().exit(1)";

		assertThat(key("header('X')", call("header:X", text))).isEqualTo(Key.of(text));
		assertThat(key("header('X').trim()", call("header:X", text))).isEqualTo(Key.of(text));
		assertThat(key("user + header('X')", request().with("user", "a").with("header:X", "#{1+1}").call()))
			.isEqualTo(Key.composed(List.of(Key.of("user", "a"), Key.of("#{1+1}"))));
	}

	@Test
	void longTextIsHashed() {
		String text = "x".repeat(100_000);

		assertThat(key("header('X')", call("header:X", text)).text()).hasSize(64);
		assertThat(key("header('X').concat('y')", call("header:X", text)).text()).hasSize(64);
		assertThat(key("ip + header('X')", call("header:X", text)).text()).hasSizeLessThan(128);
	}

	@Test
	void deepRecursionOfAValueIsNoValue() {
		assertThat(key("attribute('x')", call("attribute:x", new WithEndlessText()))).isNull();
	}

	@Test
	void beanAnswersForTheClient() {
		DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
		beans.registerSingleton("tenants", new Tenants());
		KeyExpression key = new ExpressionParser(beans).requestKey("@tenants.of(header('Host'))");

		assertThat(key.evaluate(call("header:Host", "acme.example"))).isEqualTo(Key.of("acme"));
		assertThat(key.evaluate(request().call())).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "user", "claim('plan')", "ip + user", "coalesce(header('X'), claim('y'))", "header(user)",
			"user.trim()", "method == 'GET' ? ip : user", "#root.user", "{user}[0]" })
	void userAndClaimLookAtSecurity(String expression) {
		assertThat(this.parser.requestKey(expression).inputs().securityContext()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "ip", "global", "header('user')", "path + method", "attribute('x').user", "'user'",
			"attribute('x').claim('y')" })
	void nothingElseLooksAtSecurity(String expression) {
		assertThat(this.parser.requestKey(expression).inputs().securityContext()).isFalse();
	}

	@Test
	void sourceHasTheTextAsItWasWritten() {
		KeyExpression key = this.parser.requestKey(" coalesce(user,ip) ");

		assertThat(key.source().expression()).isEqualTo(" coalesce(user,ip) ");
		assertThat(key).hasToString(" coalesce(user,ip) ");
	}

	private @Nullable Key key(String expression, ExpressionRoot call) {
		return this.parser.requestKey(expression).evaluate(call);
	}

	/** A bean. */
	public static class Tenants {

		public String of(String host) {
			return host.substring(0, host.indexOf('.'));
		}

	}

	private static final class WithText {

		@Override
		public String toString() {
			return "own text";
		}

	}

	private static final class WithFailingText {

		@Override
		public String toString() {
			throw new IllegalStateException();
		}

	}

	private static final class WithNullText {

		@Override
		public String toString() {
			return null;
		}

	}

	private static final class WithEndlessText {

		@Override
		@SuppressWarnings("InfiniteRecursion")
		public String toString() {
			return "" + this;
		}

	}

}
