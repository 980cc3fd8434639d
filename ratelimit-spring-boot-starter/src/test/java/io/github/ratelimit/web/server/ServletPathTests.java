package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Rules with a dispatcher servlet that has a path, and rules that match no path. */
@Tag("version-independent")
@ExtendWith(OutputCaptureExtension.class)
class ServletPathTests {

	private static final String NO_PATH = "matches no path";

	@Test
	void aRuleMatchesWithTheServletPathAndWithout(CapturedOutput output) throws IOException {
		try (RunningServer server = RunningServer.withoutSecurity("spring.mvc.servlet.path=/srv",
				"ratelimit.limits.short.rate=1/d", "ratelimit.limits.short.key=global",
				"ratelimit.limits.long.rate=1/d", "ratelimit.limits.long.key=global",
				"ratelimit.http.rules[0].path=/v1/chat", "ratelimit.http.rules[0].limits=short",
				"ratelimit.http.rules[1].path=/srv/v1/facts", "ratelimit.http.rules[1].limits=long")) {
			assertThat(server.get("/srv/v1/chat").status()).isEqualTo(200);
			assertThat(server.get("/srv/v1/chat").status()).isEqualTo(429);
			assertThat(server.get("/srv/v1/facts").status()).isEqualTo(200);
			assertThat(server.get("/srv/v1/facts").status()).isEqualTo(429);
			assertThat(output).doesNotContain(NO_PATH);
		}
	}

	@Test
	void aRuleThatMatchesNoMappingIsAWarningWithASuggestion(CapturedOutput output) {
		RunningServer
			.withoutSecurity("ratelimit.limits.chat.rate=1/d", "ratelimit.limits.chat.key=global",
					"ratelimit.http.rules[0].path=/v1/caht", "ratelimit.http.rules[0].limits=chat",
					"ratelimit.http.rules[1].path=/plain/v1/any/thing", "ratelimit.http.rules[1].limits=chat",
					"ratelimit.http.rules[2].path=/**", "ratelimit.http.rules[2].limits=chat",
					"ratelimit.http.rules[3].path=/actuator/**", "ratelimit.http.rules[3].limits=chat")
			.close();
		assertThat(output).containsOnlyOnce(NO_PATH)
			.contains("Rule '/v1/caht' matches no path")
			.contains("Did you mean /v1/chat?");
	}

	@Test
	void aWarningSuggestsThePatternOfSimilarPaths(CapturedOutput output) {
		RunningServer
			.withoutSecurity("ratelimit.limits.chat.rate=1/d", "ratelimit.limits.chat.key=global",
					"ratelimit.http.rules[0].path=/v1", "ratelimit.http.rules[0].limits=chat",
					"ratelimit.http.rules[1].path=/plian/**", "ratelimit.http.rules[1].limits=chat",
					"ratelimit.http.rules[2].path=/chat", "ratelimit.http.rules[2].limits=chat",
					"ratelimit.http.rules[3].path=/quite/another/**", "ratelimit.http.rules[3].limits=chat")
			.close();
		assertThat(output.toString().lines().filter((line) -> line.contains(NO_PATH))).satisfiesExactlyInAnyOrder(
				(line) -> assertThat(line).contains("Rule '/v1' ").endsWith("Did you mean /v1/**? [RL506]"),
				(line) -> assertThat(line).contains("Rule '/plian/**' ").endsWith("Did you mean /plain/**? [RL506]"),
				(line) -> assertThat(line).contains("Rule '/chat' ").endsWith("Did you mean /v1/chat? [RL506]"),
				(line) -> assertThat(line).contains("Rule '/quite/another/**' ").doesNotContain("Did you mean"));
	}

	@Test
	void theWarningIsThereWhileTheEndpointHasItsPage(CapturedOutput output) {
		RunningServer
			.withoutSecurity("management.endpoints.web.exposure.include=health,ratelimits",
					"ratelimit.limits.chat.rate=1/d", "ratelimit.limits.chat.key=global",
					"ratelimit.http.rules[0].path=/apii/**", "ratelimit.http.rules[0].limits=chat",
					"ratelimit.http.rules[1].path=/actuator/ratelimits", "ratelimit.http.rules[1].limits=chat")
			.close();
		assertThat(output).containsOnlyOnce(NO_PATH).contains("Rule '/apii/**' matches no path");
	}

	@Test
	void aKeyThatCannotReadFormsIsAWarningInARuleForPost(CapturedOutput output) {
		RunningServer
			.withoutSecurity("ratelimit.limits.login.rate=1/d", "ratelimit.limits.login.key[0]=param('username')",
					"ratelimit.limits.login.key[1]=ip", "ratelimit.limits.search.rate=1/d",
					"ratelimit.limits.search.key=param('q')", "ratelimit.http.rules[0].path=/v1/chat",
					"ratelimit.http.rules[0].methods=POST", "ratelimit.http.rules[0].limits=login",
					"ratelimit.http.rules[1].path=/v1/chat", "ratelimit.http.rules[1].methods=GET",
					"ratelimit.http.rules[1].limits=search")
			.close();
		assertThat(output).containsOnlyOnce("never the fields of a form")
			.contains("Limit 'login' reads param('username'), and rule 'POST /v1/chat'")
			.doesNotContain("methods: GET");
	}

	@Test
	void aConditionThatCannotReadFormsIsAWarningInARuleForAllMethods(CapturedOutput output) {
		RunningServer
			.withoutSecurity("ratelimit.limits.login.rate=1/d", "ratelimit.limits.login.key=ip",
					"ratelimit.limits.login.count-when=param('dry') == null and status == 401",
					"ratelimit.limits.login.cost=coalesce(param('n'), 1)", "ratelimit.limits.login.plan=param('plan')",
					"ratelimit.limits.login.plans.pro=2/d", "ratelimit.http.rules[0].path=/v1/chat",
					"ratelimit.http.rules[0].limits=login")
			.close();
		assertThat(output).containsOnlyOnce("never the fields of a form")
			.contains(
					"Limit 'login' reads coalesce(param('n'), 1), param('plan'), param('dry') == null and status == 401,"
							+ " and rule '/v1/chat'")
			.contains("If only query strings are meant, write methods: GET");
	}

}
