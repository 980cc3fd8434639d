package io.github.ratelimit.expression.spel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.ratelimit.expression.InvalidExpressionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;

/**
 * The messages of start-up about invalid expressions.
 */
class InvalidExpressionTests {

	private static final String FUNCTIONS = "The functions are header('…'), cookie('…'), param('…'), claim('…'),"
			+ " attribute('…'), hasRole('…'), hasAuthority('…'), inSubnet('…') and coalesce(a, b); a bean's method is @bean.method().";

	private static final String VARIABLES = "The variables are ip, user, global, method and path; a header is"
			+ " header('X-API-Key'), a method's argument #name, a text is in quotes: 'text'.";

	private final ExpressionParser parser = new ExpressionParser(null);

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"',
			textBlock = """
					usr                   | names the variable usr, which does not exist | Did you mean user? VARIABLES
					usr.trim()            | names the variable usr, which does not exist | Did you mean user? VARIABLES
					ip + usr              | names the variable usr, which does not exist | Did you mean user? VARIABLES
					coalesce(usr, ip)     | names the variable usr, which does not exist | Did you mean user? VARIABLES
					ip == usr ? ip : path | names the variable usr, which does not exist | Did you mean user? VARIABLES
					user.concat(pth)      | names the variable pth, which does not exist | Did you mean path? VARIABLES
					X-API-Key             | names the variable X, which does not exist | VARIABLES
					status                | reads status, which is not known before the response | Write it in count-when or settle of a limit, which are evaluated after the response: for example key: ip and count-when: status == 401.
					arguments             | names the variable arguments, which does not exist | VARIABLES
					(#root.usr)           | names the variable usr, which does not exist | Did you mean user? VARIABLES
					claim('x')[usr.trim()] | names the variable usr, which does not exist | Did you mean user? VARIABLES
					heder('X')            | calls the function heder, which does not exist | Did you mean header('…')? FUNCTIONS
					coalese(user, ip)     | calls the function coalese, which does not exist | Did you mean coalesce(a, b)? FUNCTIONS
					target()              | calls the function target, which does not exist | FUNCTIONS
					ip()                  | calls ip, which is a variable | Write ip without parentheses.
					header                | uses header without a name | Write its name in quotes and parentheses, such as header('X-API-Key').
					coalesce              | uses coalesce without values | Write the alternatives in parentheses, such as coalesce(user, ip).
					header()              | calls header with no arguments | Write one name, such as header('X-API-Key').
					claim('a', 'b')       | calls claim with 2 arguments | Write one name, such as claim('plan').
					coalesce(ip)          | calls coalesce with 1 value | Write at least two, such as coalesce(user, ip).
					header(5)             | calls header with 5 instead of a name | A name is a text in quotes, such as header('X-API-Key').
					cookie(null)          | calls cookie with null instead of a name | A name is a text in quotes, such as cookie('session').
					param('')             | calls param with '', which is not a valid name | Write a name such as param('id').
					header('X Key')       | calls header with 'X Key', which is not a valid name | Write a name such as header('X-API-Key').
					header(X-API-Key)     | calls header with a name that is not in quotes | Write the name in quotes, such as header('X-API-Key').
					header(host)          | calls header with a name that is not in quotes | Write the name in quotes, such as header('X-API-Key').
					global + path         | uses global as a value | Write global alone, as a whole key: one for all calls. It has no value to combine or compare.
					coalesce(user, global) | uses global as a value | Write global alone, as a whole key: one for all calls. It has no value to combine or compare.
					user ?: global        | uses global as a value | Write global alone, as a whole key: one for all calls. It has no value to combine or compare.
					(#id)                 | names the argument #id, but a request has no arguments | Write VALUES; arguments are for @RateLimited.
					(#this)               | names #this, which is not a value | Write VALUES.
					(#root)               | names #root, which is not a value | Write VALUES.
					(#root['path'].trim()) | names #root, which is not a value | Write VALUES.
					(#fn(ip))             | calls #fn(ip), but no such function is registered | Write @bean.method() to call a method of a bean.
					ip = user             | assigns a value | An expression only reads. Write == to compare.
					ip++                  | assigns a value | An expression only reads. Write == to compare.
					@tenants.of(ip)       | names the bean tenants, but there are no beans here | Give the ExpressionParser a BeanFactory, or write VALUES.
					T(com.acme.Plan).X    | names the class com.acme.Plan, which does not exist | Write its full name, such as java.time.LocalDate.
					new com.acme.Plan(ip) | names the class com.acme.Plan, which does not exist | Write its full name, such as java.time.LocalDate.
					user.name             | reads the property name of a String, which does not exist | Write what is public in java.lang.String.
					path.lenght()         | reads the method lenght of a String, which does not exist | Did you mean length? Write what is public in java.lang.String.
					null                  | contains null, which is never a value | Omit it; the parts of a key need no separator.
					user + ''             | contains an empty text, which is never a value | Omit it; the parts of a key need no separator.
					user ?:               | contains null, which is never a value | Omit it; the parts of a key need no separator.
					ip,user               | does not parse at character 3 (After parsing a valid expression, there is still more data in the expression: 'comma(,)') | Write a SpEL expression, with texts and names of headers in single quotes.
					header('X             | does not parse at character 8 (Cannot find terminating '''' for string) | Write a SpEL expression, with texts and names of headers in single quotes.
					ip +                  | does not parse at character 4 (Problem parsing right operand) | Write a SpEL expression, with texts and names of headers in single quotes.
					""")
	void keyIsRefused(String expression, String problem, String remedy) {
		assertThatExceptionOfType(InvalidExpressionException.class).isThrownBy(() -> this.parser.requestKey(expression))
			.satisfies((ex) -> {
				assertThat(ex.expression()).isEqualTo(expression);
				assertThat(ex.problem()).isEqualTo(problem.replace("''''", "'"));
				assertThat(ex.remedy()).isEqualTo(remedy.replace("VARIABLES", VARIABLES)
					.replace("FUNCTIONS", FUNCTIONS)
					.replace("VALUES", VariableOrFunction.VALUES));
				assertThat(ex).hasMessage("Expression '" + expression + "' " + ex.problem() + ". " + ex.remedy());
			});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"',
			textBlock = """
					-1        | is a negative number of permits | Write 0 or more; permits are given back by other means.
					-0.5      | is a negative number of permits | Write 0 or more; permits are given back by other means.
					'five'    | uses 'five' as a number of permits | Write a number, such as 500, or an expression that returns one.
					true      | uses true as a number of permits | Write a number, such as 500, or an expression that returns one.
					null      | uses null as a number of permits | Write a number, such as 500, or an expression that returns one.
					global    | uses global as a value | Write global alone, as a whole key: one for all calls. It has no value to combine or compare.
					tokens    | names the variable tokens, which does not exist | VARIABLES
					5 tokens  | does not parse at character 3 (After parsing a valid expression, there is still more data in the expression: 'tokens') | Write a SpEL expression, with texts and names of headers in single quotes.
					""")
	void costIsRefused(String expression, String problem, String remedy) {
		assertThatExceptionOfType(InvalidExpressionException.class)
			.isThrownBy(() -> this.parser.requestCost(expression))
			.satisfies((ex) -> {
				assertThat(ex.problem()).isEqualTo(problem);
				assertThat(ex.remedy()).isEqualTo(remedy.replace("VARIABLES", VARIABLES));
			});
	}

	@Test
	void emptyTextIsRefused() {
		assertThatExceptionOfType(InvalidExpressionException.class).isThrownBy(() -> this.parser.requestKey(" "))
			.withMessage("Expression ' ' is empty. Write " + VariableOrFunction.VALUES
					+ "; in YAML quote what begins with # or @.");
		assertThatExceptionOfType(InvalidExpressionException.class).isThrownBy(() -> this.parser.requestCost(""))
			.withMessage(
					"Expression '' is empty. Write a number of permits, such as 500, or leave the cost out for 1.");
	}

	@Test
	void unknownBeanIsRefusedWithTheNearest() {
		DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
		beans.registerBeanDefinition("tenants", new RootBeanDefinition(Object.class));

		assertThatExceptionOfType(InvalidExpressionException.class)
			.isThrownBy(() -> new ExpressionParser(beans).requestKey("@tenant.of(ip)"))
			.withMessage("Expression '@tenant.of(ip)' names the bean tenant, which does not exist. "
					+ "Did you mean @tenants? Write the name of a bean of this application.");
	}

	@Test
	void textTooLongToParseIsRefused() {
		String text = "'" + "x".repeat(20_000) + "'";

		assertThatExceptionOfType(InvalidExpressionException.class).isThrownBy(() -> this.parser.requestKey(text))
			.satisfies((ex) -> assertThat(ex.problem()).startsWith("does not parse"));
	}

}
