package io.github.ratelimit.expression.spel;

import static io.github.ratelimit.expression.TestRequest.call;
import static io.github.ratelimit.expression.TestRequest.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.expression.Expression;
import io.github.ratelimit.expression.ExpressionRoot;
import io.github.ratelimit.expression.KeyExpression;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Expressions mean the same however often they are evaluated.
 */
class RepeatedEvaluationTests {

	private static final int OFTEN = 500;

	private final ExpressionParser parser = new ExpressionParser(null);

	@Test
	void numberOfAnotherTypeIsNotCut() {
		Expression<Long> cost = this.parser.requestCost("attribute('n') * 2");

		for (int i = 0; i < OFTEN; i++) {
			assertThat(cost.evaluate(call("attribute:n", 3))).isEqualTo(6);
		}
		assertThat(cost.evaluate(call("attribute:n", 1.5))).isEqualTo(3);
		assertThat(cost.evaluate(call("attribute:n", 5_000_000_000L))).isEqualTo(10_000_000_000L);
	}

	@Test
	void valuesOfOtherTypesAreReadAsWell() {
		KeyExpression key = this.parser.requestKey("attribute('x').toString().trim()");

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
	void missingValuesInBetweenChangeNothing() {
		KeyExpression key = this.parser.requestKey("method.concat(header('X').trim())");

		for (int i = 0; i < OFTEN; i++) {
			assertThat(key.evaluate(call("header:X", "x"))).isEqualTo(Key.of("POSTx"));
			assertThat(key.evaluate(request().call())).isNull();
		}
	}

	@Test
	void typesMayDifferBetweenThreads() throws Exception {
		List<String> expressions = List.of("attribute('x').toString().concat('!')", "(attribute('x')).hashCode()",
				"method == 'POST' ? attribute('x') : ip", "claim('m')['x']", "header('X').trim().concat(method)");
		for (String expression : expressions) {
			KeyExpression key = this.parser.requestKey(expression);
			KeyExpression reference = new ExpressionParser(null).requestKey(expression);
			List<ExpressionRoot> calls = new ArrayList<>();
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

	private static void evaluateInTwoThreads(KeyExpression key, List<ExpressionRoot> calls,
			List<@Nullable Key> expected) throws Exception {
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

}
