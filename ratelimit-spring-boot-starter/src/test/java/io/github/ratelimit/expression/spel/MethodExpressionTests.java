package io.github.ratelimit.expression.spel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.ratelimit.Key;
import io.github.ratelimit.expression.ExpressionRoot;
import io.github.ratelimit.expression.InvalidExpressionException;
import io.github.ratelimit.expression.KeyExpression;
import io.github.ratelimit.expression.TestRequest;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Keys and costs of method calls.
 */
class MethodExpressionTests {

	private final ExpressionParser parser = new ExpressionParser(null);

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			(#userId)                  | 42
			(#p0)                      | 42
			(#a0)                      | 42
			(#p1.model())               | gpt
			(#request.model)            | gpt
			(#request.model.trim())     | gpt
			(#note.orElse('none'))      | hello
			(#tags[0])                  | a
			(#p0 == 42 ? 'yes' : 'no')  | yes
			(#request?.model)           | gpt
			""")
	void argumentIsAValue(String expression, @Nullable String text) {
		assertThat(key(expression, call(42L, new Request("gpt", 100), Optional.of("hello"), List.of("a", "b"))))
			.isEqualTo((text != null) ? Key.of(text) : null);
	}

	@Test
	void nullArgumentIsNoValue() {
		ExpressionRoot call = call(0, null, Optional.empty(), List.of());

		for (String expression : List.of("#request.model", "#p1.model", "#request?.model", "#note", "#tags[0]",
				"#userId + #note", "#tags.?[#this == 'x']")) {
			assertThat(key(expression, call)).as(expression).isNull();
		}
		for (String expression : List.of("coalesce(#note, #userId)", "coalesce(#tags, #userId).toString()",
				"coalesce({:}, new int[0], #userId).toString()")) {
			assertThat(key(expression, call)).as(expression).isEqualTo(Key.of("0"));
		}
	}

	@Test
	void argumentsAndRequestStandSideBySide() {
		ExpressionRoot call = ExpressionRoot.of(TestRequest.request().with("user", "alice"),
				new Object[] { 42L, null, null, null });

		assertThat(key("user + #userId", call)).isEqualTo(Key.composed(List.of(Key.of("user", "alice"), Key.of("42"))));
		assertThat(key("user", call)).isEqualTo(Key.of("user", "alice"));
		assertThat(this.parser.methodKey("user + #userId", method("chat")).inputs().securityContext()).isTrue();
		assertThat(this.parser.methodKey("#userId", method("chat")).inputs().securityContext()).isFalse();
	}

	@Test
	void callWithFewerArgumentsThanTheMethodHasNoValue() {
		assertThat(key("#tags", "overloaded", ExpressionRoot.of(null, new Object[0]))).isNull();
	}

	@Test
	void costIsComputedOfArguments() {
		ExpressionRoot call = call(1, new Request("gpt", 100), Optional.empty(), List.of("a", "b", "c"));

		assertThat(cost("#request.maxTokens", call)).isEqualTo(100);
		assertThat(cost("#request.maxTokens + 50", call)).isEqualTo(150);
		assertThat(cost("#tags.size()", call)).isEqualTo(3);
		assertThat(cost("#request.maxTokens / 3.0", call)).isEqualTo(34);
		assertThat(cost("#request.maxTokens * -1", call)).isEqualTo(1);
		assertThat(cost("#request.maxTokens * 0", call)).isEqualTo(1);
		assertThat(cost("0", call)).isZero();
		assertThat(cost("#request.model", call)).isEqualTo(1);
		assertThat(cost("#request.maxTokens / 0", call)).isEqualTo(1);
	}

	@Test
	void bridgeMethodHasTheNamesOfTheMethodBehindIt() throws Exception {
		Method bridge = Handler.class.getMethod("handle", Object.class);
		assertThat(bridge.isBridge()).isTrue();

		assertThat(this.parser.methodKey("#text", bridge).evaluate(ExpressionRoot.of(null, new Object[] { "x" })))
			.isEqualTo(Key.of("x"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "#any", "#map['id']", "#box", "#number", "#list[0]", "#list.toString()" })
	void argumentThatMayHaveATextIsAccepted(String expression) {
		assertThat(this.parser.methodKey(expression, method("loose"))).isNotNull();
	}

	@Test
	void argumentWithoutATextIsRefusedByItsDeclaredType() {
		assertRefused("#request", "plain",
				"Expression '#request' uses #request as a key, but Plain has no toString() of its own. "
						+ "Write the property that is meant, such as #request.id, or give Plain a toString().");
		assertRefused("user + #request", "plain",
				"Expression 'user + #request' uses #request as a key, but Plain has no toString() of its own. "
						+ "Write the property that is meant, such as #request.id, or give Plain a toString().");
		assertRefused("#list", "loose", "Expression '#list' uses #list as a key, but it is a List, not a single value. "
				+ "Write the value that is meant, such as #list[0].");
		assertRefused("#map", "loose", "Expression '#map' uses #map as a key, but it is a Map, not a single value. "
				+ "Write the value that is meant, such as #map['id'].");
	}

	@Test
	void unknownArgumentIsRefusedWithTheNearest() {
		assertRefused("#usrId", "chat",
				"Expression '#usrId' names the argument #usrId, which MethodExpressionTests.chat"
						+ " does not have. Did you mean #userId? Its arguments are #userId, #request, #note, #tags.");
		assertRefused("#p4", "chat", "Expression '#p4' names the argument #p4, which MethodExpressionTests.chat"
				+ " does not have. Its arguments are #userId, #request, #note, #tags.");
		assertRefused("coalesce(ip, 'a'.concat(#result))", "chat",
				"Expression 'coalesce(ip, 'a'.concat(#result))' uses #result, but the method has not returned yet. "
						+ "Write it in settle, which is evaluated after the method has returned.");
		assertRefused("#x", "nothing",
				"Expression '#x' names the argument #x, but MethodExpressionTests.nothing has no parameters. "
						+ "Write ip, user, method, path, header('…'), cookie('…'), param('…'), claim('…')"
						+ " or attribute('…').");
	}

	@Test
	void missingMemberOfARecordIsRefused() {
		assertRefused("#request.maxTkens", "chat",
				"Expression '#request.maxTkens' reads the property maxTkens of a Request, which does not exist. "
						+ "Did you mean maxTokens? Write what is public in " + Request.class.getName() + ".");
		assertRefused("#request.model.trm()", "chat",
				"Expression '#request.model.trm()' reads the method trm of a String, which does not exist. "
						+ "Did you mean trim? Write what is public in java.lang.String.");
	}

	@ParameterizedTest
	@ValueSource(strings = { "now", "stage", "future", "mono", "flux", "publisher" })
	void missingMemberOfAResultIsRefusedAlsoWhereTheResultComesLater(String name) throws Exception {
		Method method = Results.class.getMethod(name);

		assertThat(this.parser.methodSettle("#result.maxTokens", method)).isNotNull();
		assertThatExceptionOfType(InvalidExpressionException.class)
			.isThrownBy(() -> this.parser.methodSettle("#result.maxTkens", method))
			.withMessageContaining(
					"reads the property maxTkens of a Request, which does not exist. Did you mean maxTokens?");
	}

	@Test
	void costOfADeclaredTypeWithoutANumberIsRefused() {
		assertThatExceptionOfType(InvalidExpressionException.class)
			.isThrownBy(() -> this.parser.methodCost("#request", method("chat")))
			.withMessage("Expression '#request' uses #request, which is a Request, as a number of permits. "
					+ "Write a number, such as 500, or an expression that returns one.");
	}

	@Test
	void namesMissingInTheClassFileAreReportedWithTheRemedy(@TempDir Path directory) throws Exception {
		try (URLClassLoader loader = compileWithoutParameterNames(directory)) {
			Method method = loader.loadClass("Nameless").getMethod("run", String.class, String.class);

			assertThatExceptionOfType(InvalidExpressionException.class)
				.isThrownBy(() -> this.parser.methodKey("#id", method))
				.withMessage("Expression '#id' names the argument #id, but the parameters of Nameless.run have no names"
						+ " in the class file. Compile the class with -parameters, or write #p0 to #p1.");
			ExpressionRoot call = ExpressionRoot.of(null, new Object[] { "a", " b " });
			assertThat(this.parser.methodKey("#p0", method).evaluate(call)).isEqualTo(Key.of("a"));
			KeyExpression computed = this.parser.methodKey("#a1.trim()", method);
			for (int i = 0; i < 1000; i++) {
				assertThat(computed.evaluate(call)).isEqualTo(Key.of("b"));
			}
		}
	}

	private static URLClassLoader compileWithoutParameterNames(Path directory) throws IOException {
		Path source = directory.resolve("Nameless.java");
		Files.writeString(source, "public class Nameless { public void run(String id, String name) { } }");
		int result = ToolProvider.getSystemJavaCompiler()
			.run(null, null, null, "-g:none", "-proc:none", "-d", directory.toString(), source.toString());
		assertThat(result).isZero();
		return new URLClassLoader(new URL[] { directory.toUri().toURL() },
				MethodExpressionTests.class.getClassLoader());
	}

	private void assertRefused(String expression, String method, String message) {
		assertThatExceptionOfType(InvalidExpressionException.class)
			.isThrownBy(() -> this.parser.methodKey(expression, method(method)))
			.withMessage(message);
	}

	private @Nullable Key key(String expression, ExpressionRoot call) {
		return key(expression, "chat", call);
	}

	private @Nullable Key key(String expression, String method, ExpressionRoot call) {
		return this.parser.methodKey(expression, method(method)).evaluate(call);
	}

	private long cost(String expression, ExpressionRoot call) {
		return this.parser.methodCost(expression, method("chat")).evaluate(call);
	}

	private ExpressionRoot call(@Nullable Object... arguments) {
		return ExpressionRoot.of(null, arguments);
	}

	private static Method method(String name) {
		return Arrays.stream(MethodExpressionTests.class.getDeclaredMethods())
			.filter((method) -> method.getName().equals(name) && !method.isSynthetic()
					&& method.getReturnType() == void.class)
			.filter((method) -> !Modifier.isPrivate(method.getModifiers()))
			.findFirst()
			.orElseThrow();
	}

	void chat(long userId, Request request, Optional<String> note, List<String> tags) {
	}

	void overloaded(String tags) {
	}

	void nothing() {
	}

	void plain(Plain request) {
	}

	void loose(Object any, Map<String, String> map, Optional<Plain> box, Number number, List<String> list) {
	}

	/** An argument. */
	public record Request(String model, int maxTokens) {
	}

	/** Methods that return a value or produce it later. */
	public interface Results {

		Request now();

		CompletionStage<Request> stage();

		Future<Request> future();

		Mono<Request> mono();

		Flux<Request> flux();

		Publisher<Request> publisher();

	}

	static final class Plain {

	}

	interface Handles<T> {

		void handle(T text);

	}

	/** A class with a bridge method. */
	public static class Handler implements Handles<String> {

		@Override
		public void handle(String text) {
		}

	}

}
