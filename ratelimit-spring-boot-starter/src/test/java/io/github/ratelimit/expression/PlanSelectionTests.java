package io.github.ratelimit.expression;

import static io.github.ratelimit.expression.TestRequest.call;
import static io.github.ratelimit.expression.TestRequest.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.PlanResolver;
import io.github.ratelimit.Rate;
import io.github.ratelimit.expression.LimitPolicy.OnMissingKey;
import io.github.ratelimit.expression.spel.ExpressionParser;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.registry.RegisteredLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** As which of its plans a limit holds for a call. */
@ExtendWith(OutputCaptureExtension.class)
class PlanSelectionTests {

	private static final Limit OWN = Limit.of("chat", Rate.parse("10/min"));

	private static final Limit PRO = Limit.of("chat", Rate.parse("600/min"));

	private final ExpressionParser parser = new ExpressionParser(null);

	private final ManualTime time = new ManualTime();

	private final RegisteredLimit chat = new LimitRegistry()
		.register(LimitSettings.of(OWN).withPlans(Map.of("pro", PRO)), List.of());

	private final List<String> asked = new ArrayList<>();

	@Test
	void expressionNamesThePlan() {
		LimitPolicy policy = policy("claim('plan')");
		assertThat(limit(policy, call("claim:plan", "pro"))).isSameAs(PRO);
		assertThat(limit(policy, request().call())).isSameAs(OWN);
		assertThat(limit(policy, call("claim:plan", ""))).isSameAs(OWN);
	}

	@Test
	void expressionMayBeAnySpel() {
		assertThat(limit(policy("claim('tier') == 7 ? 'pro' : null"), call("claim:tier", 7))).isSameAs(PRO);
		assertThat(limit(policy("claim('tier') == 7 ? 'pro' : null"), call("claim:tier", 6))).isSameAs(OWN);
		assertThat(limit(policy("coalesce(claim('plan'), header('X-Plan'))"), call("header:X-Plan", "pro")))
			.isSameAs(PRO);
		assertThat(limit(policy("claim('plan').toLowerCase()"), request().call())).isSameAs(OWN);
	}

	@Test
	void planStaysWhereAMethodHasItsOwnKeyAndCost() {
		LimitPolicy policy = policy("claim('plan')").withKey(this.parser.requestKey("header('X')"));
		assertThat(limit(policy, request().with("header:X", "x").with("claim:plan", "pro").call())).isSameAs(PRO);
	}

	@Test
	void anExpressionOverAClaimOrAUserIsAppliedAfterSpringSecurity() {
		assertThat(policy("claim('plan')").looksAtSecurity()).isTrue();
		assertThat(policy("header('X-Plan')").looksAtSecurity()).isFalse();
		assertThat(this.parser.requestPlan("header('X-Plan')").inputs().chosenByClient()).isTrue();
		assertThat(this.parser.requestPlan("claim('plan')").inputs().chosenByClient()).isFalse();
	}

	@Test
	void unknownPlanGetsTheOwnRateAndIsLoggedOnce(CapturedOutput output) {
		LimitPolicy policy = policy("header('X-Plan')");
		for (int i = 0; i < 3; i++) {
			assertThat(limit(policy, call("header:X-Plan", "gold\r\nevil"))).isSameAs(OWN);
		}
		assertThat(output.toString().split("has no plan", -1)).hasSize(2);
		assertThat(output).contains("Limit 'chat' has no plan 'gold??evil', only pro")
			.contains("Add it below ratelimit.limits.chat.plans");
	}

	@Test
	void manyUnknownPlansDoNotFillTheLog(CapturedOutput output) {
		LimitPolicy policy = policy("header('X-Plan')");
		for (int i = 0; i < 1000; i++) {
			limit(policy, call("header:X-Plan", "p".repeat(5000) + i));
		}
		assertThat(output.toString().split("has no plan", -1)).hasSize(21);
		assertThat(output.toString().lines()).allMatch((line) -> line.length() < 400);
	}

	@Test
	void resolverIsCalledOnceInATimeToLive() {
		LimitPolicy policy = resolved((limit, key) -> {
			this.asked.add(limit + " " + key.kind() + " " + key.text());
			return "alice".equals(key.text()) ? "pro" : null;
		});
		for (int i = 0; i < 3; i++) {
			assertThat(limit(policy, call("user", "alice"))).isSameAs(PRO);
			assertThat(limit(policy, call("user", "bob"))).isSameAs(OWN);
		}
		assertThat(this.asked).containsExactly("chat user alice", "chat user bob");

		this.time.advance(Duration.ofMinutes(1).minusNanos(1));
		limit(policy, call("user", "alice"));
		assertThat(this.asked).hasSize(2);
		this.time.advance(Duration.ofNanos(1));
		limit(policy, call("user", "alice"));
		limit(policy, call("user", "alice"));
		assertThat(this.asked).hasSize(3);
	}

	@Test
	void changeOfPlanShowsAfterTheTimeToLive() {
		String[] plan = { "pro" };
		LimitPolicy policy = resolved((limit, key) -> plan[0]);
		assertThat(limit(policy, call("user", "alice"))).isSameAs(PRO);
		plan[0] = null;
		assertThat(limit(policy, call("user", "alice"))).isSameAs(PRO);
		this.time.advance(Duration.ofMinutes(1));
		assertThat(limit(policy, call("user", "alice"))).isSameAs(OWN);
	}

	@Test
	void whenTheResolverFailsItsLastAnswerCountsElseTheOwnRate(CapturedOutput output) {
		boolean[] broken = { false };
		LimitPolicy policy = resolved((limit, key) -> {
			if (broken[0]) {
				this.asked.add(key.text());
				throw new IllegalStateException("no answer about sk-secret");
			}
			return "pro";
		});
		limit(policy, call("user", "alice"));
		broken[0] = true;
		this.time.advance(Duration.ofMinutes(1));
		for (int i = 0; i < 10; i++) {
			assertThat(limit(policy, call("user", "alice"))).isSameAs(PRO);
			assertThat(limit(policy, call("user", "bob"))).isSameAs(OWN);
		}
		assertThat(this.asked).containsExactly("alice", "bob");
		assertThat(output.toString().split("The PlanResolver failed for limit 'chat'", -1)).hasSize(2);
		assertThat(output).contains("java.lang.IllegalStateException").doesNotContain("sk-secret");

		broken[0] = false;
		this.time.advance(Duration.ofSeconds(5));
		assertThat(limit(policy, call("user", "bob"))).isSameAs(PRO);
	}

	@Test
	void answersThatAreNoLongerUsedAreForgotten() {
		LimitPolicy policy = resolved((limit, key) -> {
			this.asked.add(key.text());
			return "pro";
		});
		limit(policy, call("user", "alice"));
		for (int i = 0; i < PlanResolverCache.MAX_KEYS; i++) {
			limit(policy, call("user", "caller-" + i));
		}
		this.asked.clear();
		limit(policy, call("user", "alice"));
		limit(policy, call("user", "caller-" + (PlanResolverCache.MAX_KEYS - 1)));
		assertThat(this.asked).containsExactly("alice");
	}

	@Test
	void keyInFrequentUseIsRememberedWhileOthersComeAndGo() {
		LimitPolicy policy = resolved((limit, key) -> {
			this.asked.add(key.text());
			return "pro";
		});
		for (int i = 0; i < 3 * PlanResolverCache.MAX_KEYS; i++) {
			limit(policy, call("user", "alice"));
			limit(policy, call("user", "caller-" + i));
		}
		assertThat(this.asked.stream().filter("alice"::equals)).hasSize(1);
	}

	private LimitPolicy policy(String plan) {
		return policy("ip", PlanSelection.of(this.parser.requestPlan(plan)));
	}

	private LimitPolicy resolved(PlanResolver resolver) {
		return policy("user",
				PlanSelection.of(new PlanResolverCache("chat", resolver, this.time, Duration.ofMinutes(1))));
	}

	private LimitPolicy policy(String key, PlanSelection plans) {
		return new LimitPolicy(this.chat, List.of(this.parser.requestKey(key)), OnMissingKey.IP, null, plans, null,
				List.of());
	}

	private static Limit limit(LimitPolicy policy, ExpressionRoot call) {
		return policy.charge(call).limit();
	}

}
