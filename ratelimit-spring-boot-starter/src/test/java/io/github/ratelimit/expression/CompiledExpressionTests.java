package io.github.ratelimit.expression;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.github.ratelimit.Key;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.expression.spel.ast.SpelNodeImpl;
import org.springframework.expression.spel.standard.SpelExpressionParser;

import static io.github.ratelimit.expression.TestRequest.call;
import static io.github.ratelimit.expression.TestRequest.request;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Expressions mean the same however often they are evaluated.
 */
class CompiledExpressionTests {

	private static final int OFTEN = 500;

	private final ExpressionCompiler compiler = new ExpressionCompiler(null);

	@ParameterizedTest
	@ValueSource(strings = { "header('X').trim()", "header('X').concat('a')", "method == 'POST' ? header('X') : ip",
			"header('X').length() > 3", "header('X').length() + 1", "(header('X') ?: ip).trim()",
			"T(java.lang.String).valueOf(header('X'))", "header('X')?.trim()", "!header('X').isEmpty() and true" })
	void isCompiledWhenItIsUsedOften(String expression) throws Exception {
		SpelValue value = value(expression);
		Object first = value.read(call("header:X", " x "));
		if (expression.contains("ip")) {
			value.read(request().with("method", "GET").call());
		}

		for (int i = 0; i < OFTEN; i++) {
			assertThat(value.read(call("header:X", " x "))).isEqualTo(first);
		}

		assertThat(value.isCompiled()).isTrue();
		assertThat(value.read(call("header:X", " x "))).isEqualTo(first);
	}

	@ParameterizedTest
	@ValueSource(strings = { "attribute('X') * 2", "claim('X') + 1", "(attribute('X') ?: ip).toString()",
			"{ip, user}.?[#this != null]", "attribute('X') > 1" })
	void isNotCompiledWhereItWouldMeanSomethingElse(String expression) throws Exception {
		SpelValue value = value(expression);

		for (int i = 0; i < OFTEN; i++) {
			value.read(request().with("attribute:X", 2).with("claim:X", 2).call());
		}

		assertThat(value.isCompiled()).isFalse();
	}

	@Test
	void numberOfAnotherTypeIsNotCut() {
		CostExpression cost = this.compiler.requestCost("attribute('n') * 2");

		for (int i = 0; i < OFTEN; i++) {
			assertThat(cost.evaluate(call("attribute:n", 3))).isEqualTo(6);
		}
		assertThat(cost.evaluate(call("attribute:n", 1.5))).isEqualTo(3);
		assertThat(cost.evaluate(call("attribute:n", 5_000_000_000L))).isEqualTo(10_000_000_000L);
	}

	@Test
	void valuesOfOtherTypesAreReadAllTheSame() {
		KeyExpression key = this.compiler.requestKey("attribute('x').toString().trim()");

		for (int i = 0; i < 4 * OFTEN; i++) {
			Object value = switch ((i / 300) % 4) {
				case 0 -> "a";
				case 1 -> 7;
				case 2 -> Optional.of("b");
				default -> new StringBuilder("c");
			};
			assertThat(key.evaluate(call("attribute:x", value))).isEqualTo(Key.of(value.toString()));
		}
	}

	@Test
	void missingValuesInBetweenChangeNothing() throws Exception {
		SpelValue value = value("method.concat(header('X').trim())");
		int failures = 0;
		for (int i = 0; i < 2 * OFTEN; i++) {
			try {
				assertThat(value.read((i % 2 == 0) ? call("header:X", "x") : request().call())).isEqualTo("POSTx");
			}
			catch (Exception ex) {
				failures++;
			}
		}
		assertThat(failures).isEqualTo(OFTEN);
		assertThat(value.isCompiled()).isTrue();
	}

	@Test
	void clientCannotHaveClassesMadeForEver() throws Exception {
		SpelValue value = value("attribute('x').size()");

		for (int i = 0; i < 200_000; i++) {
			value.read(call("attribute:x", ((i / 100) % 2 == 0) ? List.of(1, 2) : Map.of(1, 2)));
		}

		assertThat(value.compilations()).isBetween(1, 3);
		assertThat(value.read(call("attribute:x", List.of(1, 2)))).isEqualTo(2);
		assertThat(value.read(call("attribute:x", Map.of(1, 2)))).isEqualTo(1);
	}

	@Test
	void typesMayDifferBetweenThreads() throws Exception {
		List<String> expressions = List.of("attribute('x').toString().concat('!')", "(attribute('x')).hashCode()",
				"method == 'POST' ? attribute('x') : ip", "claim('m')['x']", "header('X').trim().concat(method)");
		for (String expression : expressions) {
			KeyExpression key = this.compiler.requestKey(expression);
			KeyExpression reference = new ExpressionCompiler(null).requestKey(expression);
			List<Call> calls = new ArrayList<>();
			for (Object value : new Object[] { "a", 1, 2L, "b", true }) {
				calls.add(request().with("attribute:x", value)
					.with("claim:m", Map.of("x", value))
					.with("header:X", " " + value)
					.call());
			}
			List<@Nullable Key> expected = calls.stream().map(reference::evaluate).toList();
			evaluateInTwoThreads(key, calls, expected);
		}
	}

	private static void evaluateInTwoThreads(KeyExpression key, List<Call> calls, List<@Nullable Key> expected)
			throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(2);
		try {
			CountDownLatch start = new CountDownLatch(1);
			List<Future<?>> results = new ArrayList<>();
			for (int thread = 0; thread < 2; thread++) {
				int offset = thread;
				results.add(threads.submit(() -> {
					start.await();
					for (int i = 0; i < 5000; i++) {
						int index = (i / 10 + offset) % calls.size();
						assertThat(key.evaluate(calls.get(index))).isEqualTo(expected.get(index));
					}
					return null;
				}));
			}
			start.countDown();
			for (Future<?> result : results) {
				result.get(1, TimeUnit.MINUTES);
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	private static SpelValue value(String expression) {
		Beans beans = new Beans(null);
		SpelNodeImpl node = (SpelNodeImpl) new SpelExpressionParser().parseRaw(expression).getAST();
		return new SpelValue(node, Arguments.none(), new EvaluationSetup(beans), beans.classLoader());
	}

}
