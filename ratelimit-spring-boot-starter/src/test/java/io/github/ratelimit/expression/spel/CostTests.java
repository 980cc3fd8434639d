package io.github.ratelimit.expression.spel;

import static io.github.ratelimit.expression.TestRequest.call;
import static io.github.ratelimit.expression.TestRequest.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.ratelimit.expression.Expression;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Costs of requests.
 */
class CostTests {

	private final ExpressionParser parser = new ExpressionParser(null);

	@ParameterizedTest
	@CsvSource({ "500, 500", "0, 0", "1, 1", "+7, 7", "' 42 ', 42", "0.2, 1", "2.5, 3", "1e3, 1000",
			"5000000000, 5000000000", "9223372036854775808, 9223372036854775807", "1e999999, 9223372036854775807" })
	void numberIsAConstant(String text, long permits) {
		Expression<Long> cost = this.parser.requestCost(text);

		assertThat(cost).hasToString(text);
		assertThat(cost.evaluate(request().call())).isEqualTo(permits);
		assertThat(cost.inputs().securityContext()).isFalse();
		assertThat(cost.text()).isEqualTo(text);
	}

	@ParameterizedTest
	@MethodSource
	void valueIsANumberOfPermits(Object value, long permits) {
		assertThat(this.parser.requestCost("attribute('x')").evaluate(call("attribute:x", value))).isEqualTo(permits);
	}

	static Stream<Arguments> valueIsANumberOfPermits() {
		return Stream.of(arguments(0, 1), arguments(7, 7), arguments(-1, 1), arguments((short) 3, 3),
				arguments((byte) -3, 1), arguments(Long.MAX_VALUE, Long.MAX_VALUE), arguments(Long.MIN_VALUE, 1),
				arguments(0.0, 1), arguments(-0.0, 1), arguments(0.1, 1), arguments(2.0, 2), arguments(2.0001f, 3),
				arguments(-0.1, 1), arguments(Double.NaN, 1), arguments(Double.POSITIVE_INFINITY, Long.MAX_VALUE),
				arguments(Double.NEGATIVE_INFINITY, 1), arguments(1e300, Long.MAX_VALUE),
				arguments(Double.MIN_VALUE, 1), arguments((double) Long.MAX_VALUE, Long.MAX_VALUE),
				arguments(BigInteger.TEN, 10), arguments(BigInteger.ONE.shiftLeft(63), Long.MAX_VALUE),
				arguments(BigInteger.ONE.shiftLeft(63).negate(), 1),
				arguments(BigInteger.ONE.shiftLeft(99).negate(), 1), arguments(new BigDecimal("9.01"), 10),
				arguments(new BigDecimal("0.00"), 1), arguments(new BigDecimal("-0.5"), 1),
				arguments(new BigDecimal("9223372036854775806.5"), Long.MAX_VALUE),
				arguments(new AtomicLong(Long.MAX_VALUE - 1), Long.MAX_VALUE - 1), arguments(new AtomicLong(12), 12),
				arguments("12", 12), arguments(" 12 ", 12), arguments("1.5", 2), arguments("-4", 1),
				arguments("twelve", 1), arguments("", 1), arguments("1e400", Long.MAX_VALUE), arguments("NaN", 1),
				arguments("Infinity", 1), arguments("1-2", 1), arguments("+-.eE", 1), arguments("0x10", 1),
				arguments("\u0661\u0662", 1), arguments("\uff11\uff12", 1), arguments("9".repeat(64), Long.MAX_VALUE),
				arguments("9".repeat(65), 1), arguments(new StringBuilder("8"), 8), arguments(Optional.of(9), 9),
				arguments(Optional.empty(), 1), arguments(List.of(6), 6), arguments(List.of(6, 7), 1),
				arguments(true, 1), arguments(new Object(), 1));
	}

	@Test
	@Timeout(value = 5, threadMode = ThreadMode.SEPARATE_THREAD)
	void numberWithAnEnormousExponentIsCheap() {
		for (String text : List.of("1e2147483647", "1e-2147483647", "1e-200000000", "-1e2147483647", "0e2147483647",
				"1e99999999999")) {
			Expression<Long> cost = this.parser.requestCost("header('X-Cost')");

			long expected = text.equals("1e2147483647") ? Long.MAX_VALUE : 1;
			assertThat(cost.evaluate(call("header:X-Cost", text))).as(text).isEqualTo(expected);
		}
	}

	@Test
	void missingValueAndFailureCostOne() {
		assertThat(this.parser.requestCost("header('X-Cost')").evaluate(request().call())).isEqualTo(1);
		assertThat(this.parser.requestCost("header('X-Cost').length()").evaluate(request().call())).isEqualTo(1);
		assertThat(this.parser.requestCost("T(java.lang.Long).parseLong(header('X'))").evaluate(call("header:X", "x")))
			.isEqualTo(1);
		assertThat(this.parser.requestCost("header('X') ?: 5").evaluate(request().call())).isEqualTo(5);
		assertThat(this.parser.requestCost("coalesce(header('X'), 5)").evaluate(request().call())).isEqualTo(5);
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "0.0", "-0", "0e9", "-5", "", "-9223372036854775808" })
	void noClientCanChooseToPayNothing(String value) {
		for (String text : List.of("param('n')", "header('n')", "cookie('n')", "coalesce(param('n'), header('n'), 0)",
				"T(java.lang.Integer).parseInt(param('n')) * 1", "param('n') ?: 0")) {
			Expression<Long> cost = this.parser.requestCost(text);

			assertThat(cost.evaluate(call("param:n", value))).as(text).isEqualTo(1);
			assertThat(cost.evaluate(call("header:n", value))).as(text).isEqualTo(1);
			assertThat(cost.evaluate(call("cookie:n", value))).as(text).isEqualTo(1);
		}
		assertThat(this.parser.requestCost("method == 'POST' ? 0 : 5").evaluate(request().call())).isEqualTo(1);
	}

	@Test
	void sumOfACostIsArithmetic() {
		assertThat(this.parser.requestCost("attribute('x') + 2").evaluate(call("attribute:x", 3))).isEqualTo(5);
		assertThat(this.parser.requestCost("claim('x') * 2").inputs().securityContext()).isTrue();
	}

}
