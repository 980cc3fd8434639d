package io.github.ratelimit.expression.spel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ratelimit.expression.Expression;
import io.github.ratelimit.expression.ExpressionRoot;
import io.github.ratelimit.expression.InvalidExpressionException;
import io.github.ratelimit.expression.TestRequest;
import io.github.ratelimit.expression.spel.VariableOrFunction.Reader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.SpelNodeImpl;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;

/**
 * Conditions that need no SpEL at run time: what they say, and that SpEL says the same.
 */
class PlainConditionsTests {

	private static final byte[] INSIDE = { 10, 1, 2, 3 };

	private final ExpressionParser parser = new ExpressionParser(null);

	@ParameterizedTest
	@ValueSource(strings = { "hasRole('OPS')", "hasAuthority('SCOPE_a')", "inSubnet('10.0.0.0/8')",
			"hasRole('OPS') or inSubnet('10.0.0.0/8')", "hasRole('OPS') and inSubnet('10.0.0.0/8')", "!hasRole('OPS')",
			"not inSubnet('10.0.0.0/8')", "!(hasRole('OPS') || hasAuthority('SCOPE_a')) && true",
			"hasRole('OPS') ? 'ops' : null", "inSubnet('10.0.0.0/8') ? user : ip",
			"hasRole('OPS') ? 'ops' : inSubnet('10.0.0.0/8') ? 'inside' : claim('plan')",
			"claim('plan') == 'pro' ? 'pro' : 'free'", "user == null", "user != null and hasRole('OPS')",
			"'alice' == user", "header('X-A') != 'b'", "user eq 'alice' or false" })
	void conditionsOverPlainValuesAreNotInterpretedAndSayWhatSpelSays(String text) {
		SpelNodeImpl node = (SpelNodeImpl) ((SpelExpression) new SpelExpressionParser().parseRaw(text)).getAST();
		Reader plain = new PlainEvaluation(MethodArguments.none(), PlainConditionsTests::fail).ifPlain(node);
		assertThat(plain).isNotNull();
		SpelEvaluation interpreted = new SpelEvaluation(node, MethodArguments.none(),
				new BeanReferences(null).context());
		for (ExpressionRoot call : calls()) {
			assertThat(plain.apply(call)).as(text).isEqualTo(interpreted.apply(call));
		}
	}

	private static SpelEvaluation fail(SpelNode node) {
		throw new AssertionError(node.toStringAST() + " is interpreted");
	}

	private static List<ExpressionRoot> calls() {
		List<ExpressionRoot> calls = new ArrayList<>();
		for (int i = 0; i < 32; i++) {
			calls.add(TestRequest.request()
				.with("role:OPS", (i & 1) != 0 ? true : null)
				.with("authority:SCOPE_a", (i & 2) != 0 ? true : null)
				.with("address", (i & 4) != 0 ? INSIDE : null)
				.with("user", (i & 8) != 0 ? "alice" : null)
				.with("claim:plan", (i & 16) != 0 ? "pro" : null)
				.with("header:X-A", (i & 16) != 0 ? "b" : null)
				.call());
		}
		return calls;
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			hasRole('OPS') or path.startsWith('/v1')       | true
			path.startsWith('/v2') or hasRole('OPS')       | false
			!hasRole('OPS') and path.length() > 3          | true
			hasRole('OPS') or attribute('internal')        | false
			attribute('text') or hasRole('OPS')            | true
			hasRole('OPS') or header('none').length() == 3 | false
			claim('list') == 'a'                           | false
			""")
	void anOperandOfAnotherKindIsInterpretedAlone(String text, boolean exempt) {
		ExpressionRoot call = TestRequest.request()
			.with("attribute:text", "true")
			.with("claim:list", List.of("a"))
			.call();
		assertThat(this.parser.requestExemption(text).evaluate(call)).isEqualTo(exempt);
	}

	@Test
	void withoutARequestNoCallIsExempt() {
		ExpressionRoot call = ExpressionRoot.of(null, new Object[0]);
		assertThat(this.parser.requestExemption("inSubnet('0.0.0.0/0') or hasRole('OPS')").evaluate(call)).isFalse();
	}

	@Test
	void anExemptionLooksAtSecurityOrNot() {
		Expression<Boolean> role = this.parser.requestExemption("inSubnet('10.0.0.0/8') or hasAuthority('a')");
		assertThat(role.inputs().securityContext()).isTrue();
		assertThat(role.inputs().chosenByClient()).isFalse();
		Expression<Boolean> address = this.parser.requestExemption("inSubnet('10.0.0.0/8')");
		assertThat(address.inputs().securityContext()).isFalse();
		assertThat(address.inputs().needsRequest()).isTrue();
		assertThat(this.parser.requestExemption("header('X') == 'a'").inputs().chosenByClient()).isTrue();
		assertThat(this.parser.requestPlan("attribute('plan')").inputs().chosenByClient()).isFalse();
		assertThat(this.parser
			.requestKey(
					"T(org.springframework.security.core.context.SecurityContextHolder).context.authentication.name")
			.inputs()
			.securityContext()).isTrue();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			user                    | is a value, not a condition        | Compare it
			header('X-Internal')    | is a value, not a condition        | Compare it
			'''yes'''               | is a value, not a condition        | Compare it
			true                    | is the same for every call         | mode: shadow
			hasRole(OPS)            | a name that is not in quotes       | such as hasRole('PARTNER')
			hasRole('')             | which is not a valid name          | such as hasRole('PARTNER')
			hasRole('A', 'B')       | calls hasRole with 2 arguments          | such as hasRole('PARTNER')
			hasAnyRole('A', 'B')    | calls the function hasAnyRole      | Did you mean hasRole('…')?
			hasrole('A')            | calls the function hasrole         | Did you mean hasRole('…')?
			10.0.0.0/8              | does not parse                     | Write inSubnet('10.0.0.0/8').
			inSubnet(10.0.0.0/8)    | does not parse                     | Write inSubnet('10.0.0.0/8').
			inSubnet(ip)            | calls inSubnet with ip             | such as inSubnet('10.0.0.0/8')
			inSubnet('10.0.0.1/8')  | which has an address with bits     | Write 10.0.0.0/8 for the subnet
			status == 200           | reads status                       | count-when
			""")
	void whatCannotExemptIsRefused(String text, String problem, String remedy) {
		assertThatThrownBy(() -> this.parser.requestExemption(text)).isInstanceOf(InvalidExpressionException.class)
			.hasMessageContaining(problem)
			.hasMessageContaining(remedy);
	}

	@Test
	void aConditionIsNeitherAPlanNorAKey() {
		assertThatThrownBy(() -> this.parser.requestPlan("hasRole('PARTNER')"))
			.hasMessageContaining("is true or false, not a plan")
			.hasMessageContaining("such as \"hasRole('PARTNER') ? 'partner' : null\", in double quotes");
		assertThatThrownBy(() -> this.parser.requestKey("user == null"))
			.hasMessageContaining("is true or false, not a key");
	}

	@Test
	void rolesAreGoneAfterTheResponse() {
		assertThatThrownBy(() -> this.parser.requestCondition("status == 401 and !hasRole('OPS')"))
			.hasMessageContaining("reads hasRole, but the authenticated user is not known any more");
	}

}
