package io.github.ratelimit.autoconfigure.properties;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.PlanResolver;
import io.github.ratelimit.autoconfigure.StartUp;
import io.github.ratelimit.expression.LimitPolicies;
import io.github.ratelimit.registry.LimitRegistry;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/** Plans of a limit in all property sources. */
@ExtendWith(OutputCaptureExtension.class)
class PlanPropertiesTests {

	@Test
	void aPlanHasRatesLikeALimit() {
		StartUp
			.ofLimit("rate: 60/min", "key: ip", "plan: claim('plan')", "plans:", "  pro: [50/s, 600/min burst 900]",
					"  free: 5/s, 20/min")
			.succeeds((context) -> assertThat(plans(context))
				.isEqualTo("{free=[5/s, 20/min], pro=[50/s, 600/min burst 900]}"));
	}

	@Test
	void aPlanOfAConcurrencyLimitIsANumber() {
		StartUp.ofLimit("max-concurrent: 2", "key: ip", "plan: claim('plan')", "plans: {pro: 20}")
			.succeeds((context) -> assertThat(
					context.getBean(LimitRegistry.class).get("chat").settings().plans().get("pro").capacity())
				.isEqualTo(20));
	}

	@Test
	void aPlanHasTheOtherPropertiesOfItsLimit() {
		StartUp
			.ofLimit("rate: 60/min", "key: ip", "algorithm: sliding-window", "segments: 10", "cost: 2", "unit: tokens",
					"plan: claim('plan')", "plans: {pro: 600/min}")
			.succeeds((context) -> {
				Limit limit = context.getBean(LimitRegistry.class).get("chat").limit();
				assertThat(
						context.getBean(LimitRegistry.class).get("chat").handle("pro").limit().withRates(limit.rates()))
					.isEqualTo(limit);
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "pro", "Pro", "free-tier", "free_tier", "proPlus", "7days" })
	void aPlanHasTheNameOfItsFile(String name) {
		StartUp.ofLimit("rate: 60/min", "key: ip", "plan: claim('plan')", "plans:", "  " + name + ": 5/s")
			.succeeds((context) -> assertThat(plans(context)).isEqualTo("{" + name + "=[5/s]}"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "Tier: gold", "a.b", "größe", "sk/1" })
	void aPlanInBracketsMayHaveAnyCharacters(String name) {
		StartUp.ofLimit("rate: 60/min", "key: ip", "plan: claim('plan')", "plans:", "  \"[" + name + "]\": 5/s")
			.succeeds((context) -> assertThat(plans(context)).isEqualTo("{" + name + "=[5/s]}"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "Tier gold", "a.b", "größe", "sk/1" })
	void aPlanWithOtherCharactersIsRejectedWithASuggestionOfBrackets(String name) {
		assertThat(
				StartUp.ofLimit("rate: 60/min", "key: ip", "plan: claim('plan')", "plans:", "  \"" + name + "\": 5/s")
					.failure())
			.contains("Value: \"" + name + "\"", "is not a valid name of a plan")
			.endsWith("in quotes and brackets: \"[" + name + "]\".");
	}

	@ParameterizedTest
	@CsvSource({ "free-tier, PLANS_FREETIER", "free-tier, PLANS_FREE_TIER", "Pro, PLANS_PRO",
			"free_tier, PLANS_FREETIER", "pro, PLANS_PRO_0" })
	void anEnvironmentVariableRefersToThePlanOfTheFile(String plan, String variable, CapturedOutput output) {
		StartUp.ofLimit("rate: 60/min", "key: ip", "plan: claim('plan')", "plans:", "  " + plan + ": 5/s")
			.variable("RATELIMIT_LIMITS_CHAT_" + variable, "9/s")
			.succeeds((context) -> {
				assertThat(plans(context)).isEqualTo("{" + plan + "=[9/s]}");
				assertThat(output).doesNotContain("has no effect");
			});
	}

	@Test
	void anEnvironmentVariableCanAddAPlan() {
		StartUp.ofLimit("rate: 60/min", "key: ip", "plan: claim('plan')", "plans:", "  pro: 5/s")
			.variable("RATELIMIT_LIMITS_CHAT_PLANS_GOLD", "9/s")
			.succeeds((context) -> assertThat(plans(context)).isEqualTo("{gold=[9/s], pro=[5/s]}"));
	}

	@Test
	void anEnvironmentVariableWithAnUnderscoreAddsNoPlan(CapturedOutput output) {
		StartUp.ofLimit("rate: 60/min", "key: ip", "plan: claim('plan')", "plans:", "  pro: 5/s")
			.variable("RATELIMIT_LIMITS_CHAT_PLANS_GOLD_PLUS", "9/s")
			.succeeds((context) -> {
				assertThat(plans(context)).isEqualTo("{pro=[5/s]}");
				assertThat(output).contains("Property 'RATELIMIT_LIMITS_CHAT_PLANS_GOLD_PLUS'", "has no effect");
			});
	}

	@Test
	void anEnvironmentVariableThatCannotReachAPlanIsRejected() {
		assertThat(StartUp.ofLimit("rate: 60/min", "key: ip", "plan: claim('plan')", "plans:", "  \"[Pro]\": 5/s")
			.variable("RATELIMIT_LIMITS_CHAT_PLANS_PRO", "9/s")
			.failure()).contains("does not reach the plan 'Pro', because environment variables have no brackets");
	}

	@Test
	void twoSpellingsOfOnePlanAreRejected() {
		assertThat(StartUp.ofLimit("rate: 60/min", "key: ip", "plan: claim('plan')", "plans: {pro: 5/s, Pro: 6/s}")
			.failure()).contains("another spelling of the plan 'pro'");
	}

	@Test
	void aProfileSpecificFileOverridesAPlan() {
		StartUp.ofLimit("rate: 60/min", "key: ip", "plan: claim('plan')", "plans:", "  free-tier: 5/s")
			.file("ratelimit.limits.chat.plans.free-tier: 9/s")
			.succeeds((context) -> assertThat(plans(context)).isEqualTo("{free-tier=[9/s]}"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					rate: 60/min; plans: {pro: 600}                                       | plans.pro | has no period
					rate: 60/min; plans: {pro: [5/s, x/s]}                                | plans.pro[1] | has 'x' as permits
					rate: 60/min; plans: {pro: ''}                                        | plans.pro | is empty
					rate: 60/min; max-wait: 1s; plans: {pro: [5/s, 600/min]}              | plans.pro | the slowest would decide
					rate: 60/min; algorithm: fixed-window; plans: {pro: 5/s burst 9}      | plans.pro | a fixed-window does not save up permits
					rate: 60/min; algorithm: sliding-window-log; plans: {pro: 99999/s}    | plans.pro | than the 10000 calls
					rate: 60/min; cost: 10; plans: {pro: 5/s}                             | cost | can ever hold on plan 'pro', which is 5 permits
					max-concurrent: 2; plans: {pro: 600/min}                              | plans.pro | is not a number of calls in flight
					max-concurrent: 2; plans: {pro: 0}                                    | plans.pro | is not a number of calls in flight
					rate: 60/min                                                          | plan      | but the limit has no plans
					""")
	void anInvalidPlanFailsStartUp(String lines, String setting, String result) {
		assertThat(StartUp.ofLimit(("key: ip; plan: claim('plan'); " + lines).split("; ")).failure())
			.contains("Property: ratelimit.limits.chat." + setting + "\n", result);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			plan:          | It is empty
			plan: pro      | 'pro'
			plan: global   | not a plan
			plan: claim(   | does not parse
			""")
	void anInvalidPlanExpressionFailsStartUp(String line, String result) {
		assertThat(StartUp.ofLimit("rate: 60/min", "key: ip", line, "plans: {pro: 600/min}").failure())
			.contains("Property: ratelimit.limits.chat.plan\n", result);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			'gld'                                                  | gld
			hasRole('GOLD') ? 'gold' : 'gild'                      | gild
			hasRole('GOLD') ? 'glod' : null                        | glod
			hasRole('GOLD') ? 'gold' : hasRole('A') ? 'pro' : 'god' | god
			claim('plan') ?: 'golf'                                | golf
			coalesce(claim('plan'), 'old')                         | old
			""")
	void aPlanThatTheExpressionItselfNamesAndTheLimitDoesNotHaveFailsStartUp(String plan, String unknown) {
		assertThat(StartUp
			.ofLimit("rate: 60/min", "key: ip", "plan: \"" + plan + "\"", "plans: {pro: 600/min, gold: 900/min}")
			.failure()).contains("Property: ratelimit.limits.chat.plan\n", "Value: \"" + plan + "\"",
					"Reason: The value names the plan '" + unknown + "', which the limit does not have",
					"Did you mean 'gold'? Its plans are gold, pro; write null for the limit's own rate, or add a "
							+ "rate below ratelimit.limits.chat.plans.");
	}

	@Test
	void aNumberIsTheNameOfAPlanToo() {
		assertThat(StartUp
			.ofLimit("rate: 60/min", "key: ip", "plan: \"hasRole('A') ? 1 : 'b'\"", "plans: {b: 600/min, 7days: 9/s}")
			.failure()).contains("names the plan '1', which the limit does not have").doesNotContain("Did you mean");
	}

	@ParameterizedTest
	@ValueSource(strings = { "hasRole('GOLD') ? 'gold' : null", "claim('plan') ?: 'pro'", "'gold'",
			"claim('plan') == 'silver' ? 'gold' : claim('other')", "claim('tier') == 7 ? 'gold' : ''",
			"hasRole('GOLD') ? claim('silver').replace('silver', 'gold') : 'pro'" })
	void textsThatAreNoPlanOfACallNeedNotBeNamesOfPlans(String plan) {
		StartUp.ofLimit("rate: 60/min", "key: ip", "plan: \"" + plan + "\"", "plans: {pro: 600/min, gold: 900/min}")
			.succeeds((context) -> assertThat(plans(context)).contains("gold"));
	}

	@Test
	void plansOfALimitWithTheGlobalKeyFailStartUp() {
		assertThat(StartUp.ofLimit("rate: 60/min", "key: global", "plan: claim('plan')", "plans: {pro: 600/min}")
			.failure()).contains("Property: ratelimit.limits.chat.plans", "counts all callers together");
	}

	@Test
	void plansWithoutExpressionAndBeanFailStartUp() {
		assertThat(StartUp.ofLimit("rate: 60/min", "key: ip", "plans: {pro: 600/min}").failure()).isEqualTo("""
				The rate limits are not configured correctly:

				    Code: RL303
				    Property: ratelimit.limits.chat.plans
				    Value: "pro"
				    Origin: near [file-0.yml] - 4:13
				    Reason: The value names plans, but nothing returns the plan of a caller

				Write an expression, for example ratelimit.limits.chat.plan: claim('plan'), or define a bean of type \
				PlanResolver.""");
	}

	@Test
	void plansFromABeanNeedNoExpression() {
		StartUp.ofLimit("rate: 60/min", "key: ip", "plans: {pro: 600/min}")
			.with(Resolver.class)
			.succeeds((context) -> assertThat(context.getBean(LimitPolicies.class).get("chat").looksAtSecurity())
				.isFalse());
	}

	@Test
	void ofSeveralBeansThePrimaryOneIsUsed() {
		StartUp.ofLimit("rate: 60/min", "key: ip", "plans: {pro: 600/min}")
			.with(Resolver.class)
			.with(PrimaryResolver.class)
			.succeeds((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void aPlanFromAClaimIsAppliedAfterSpringSecurity() {
		StartUp.ofLimit("rate: 60/min", "key: ip", "plan: claim('plan')", "plans: {pro: 600/min}")
			.succeeds((context) -> assertThat(context.getBean(LimitPolicies.class).get("chat").looksAtSecurity())
				.isTrue());
	}

	@Test
	void aPlanThatCallersCanChooseIsAWarning(CapturedOutput output) {
		StartUp.ofLimit("rate: 60/min", "key: ip", "plan: header('X-Plan')", "plans: {pro: 600/min}")
			.succeeds((context) -> assertThat(output)
				.contains("Limit 'chat' takes the plan of a call from header('X-Plan'), so callers can choose"));
	}

	private static String plans(ApplicationContext context) {
		TreeMap<String, Object> plans = new TreeMap<>();
		context.getBean(LimitRegistry.class)
			.get("chat")
			.settings()
			.plans()
			.forEach((name, limit) -> plans.put(name, limit.rates()));
		return plans.toString();
	}

	@Configuration(proxyBeanMethods = false)
	static class Resolver {

		@Bean
		PlanResolver resolver() {
			return (String limit, Key key) -> "pro";
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PrimaryResolver {

		@Bean
		@Primary
		PlanResolver primaryResolver() {
			return (String limit, Key key) -> null;
		}

	}

}
