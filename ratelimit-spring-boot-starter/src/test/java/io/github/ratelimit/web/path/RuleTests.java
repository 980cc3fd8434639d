package io.github.ratelimit.web.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.ratelimit.expression.LimitPolicy;
import io.github.ratelimit.web.filter.Limits;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.web.util.ServletRequestPathUtils;

class RuleTests {

	private final Limits limits = new Limits();

	private final LimitPolicy address = this.limits.limit("address", "1/min", Limits.ip());

	private final LimitPolicy perUser = this.limits.limit("per-user", "1/min", Limits.user());

	@ParameterizedTest
	@ValueSource(strings = { "/v1/chat", "//v1/chat", "/v1//chat", "/v1;a=b/chat", "/v1/chat;a=b", "/V1/Chat",
			"/v1/%63hat", "/v1/%43hat", "/v1/chat/", "/v1/chat//", "/v1/./chat", "/x/../v1/chat", "/v1/x/..;a/chat",
			"/v1%2Fchat", "/%76%31/chat" })
	void everyNotationOfAPathMatchesTheContainersReading(String spelling) {
		assertThat(matches("/v1/chat", request(spelling, "", canonical(spelling)))).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/v1/%zz", "/v1/%", "/v1/%2", "/a\u0000%0" })
	void aPathThatDoesNotParseMatchesEveryRule(String path) {
		assertThat(matches("/v1/chat", request(path, "", path))).isTrue();
	}

	@Test
	void aContextPathThatIsNotAPrefixOfThePathMatchesEveryRule() {
		assertThat(matches("/v1/chat", request("//shop/other", "/shop", "/other"))).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/", "/v1", "/v1/chats", "/v1/chat/x", "/v2/chat", "/v1/../chat" })
	void otherPathsDoNotMatch(String path) {
		assertThat(matches("/v1/chat", request(path, "", canonical(path)))).isFalse();
	}

	@ParameterizedTest
	@CsvSource({ "/v1/**, /v1", "/v1/**, /v1/a/b", "/v1/*, /v1/a", "/v1/{id}/x, /v1/7/x", "v1/chat, /v1/chat", "/**, /",
			"' /v1/chat ', /v1/chat" })
	void thePathIsAPattern(String pattern, String path) {
		assertThat(matches(pattern, request(path, "", path))).isTrue();
	}

	@Test
	void thePathExcludesTheContextPathAndIncludesTheServletPath() {
		MockHttpServletRequest request = request("/shop/api/v1/chat", "/shop", "/api");
		request.setPathInfo("/v1/chat");
		assertThat(matches("/api/v1/chat", request)).isTrue();
		assertThat(matches("/v1/chat", request)).isFalse();
		assertThat(RequestedPath.of(request)).hasToString("/api/v1/chat");
	}

	@Test
	void aPathThatSpringHasParsedWithoutTheServletPathIsNotUsed() {
		MockHttpServletRequest request = request("/api/v1/chat", "", "/api");
		request.setPathInfo("/v1/chat");
		request.setHttpServletMapping(new org.springframework.mock.web.MockHttpServletMapping("", "/api/*", "api",
				jakarta.servlet.http.MappingMatch.PATH));
		ServletRequestPathUtils.parseAndCache(request);
		assertThat(matches("/api/v1/chat", request)).isTrue();
		assertThat(matches("/v1/chat", request)).isFalse();
	}

	@Test
	void aPathThatSpringHasParsedForAnotherDispatchIsNotUsed() {
		MockHttpServletRequest request = request("/other", "", "/other");
		ServletRequestPathUtils.parseAndCache(request);
		request.setRequestURI("/v1/chat");
		request.setServletPath("/v1/chat");
		assertThat(matches("/v1/chat", request)).isTrue();
		assertThat(matches("/other", request)).isFalse();
	}

	@Test
	void aPatternThatCannotBeMatchedAgainstAPathMatches() {
		String path = "/" + "ab".repeat(100_000);
		assertThat(matches("/{name:(?:a|b)*}x", request(path, "", path))).isTrue();
	}

	@Test
	void allNotationsOfAPathAreOneText() {
		for (String spelling : List.of("/v1/chat", "//v1/chat", "/v1;a=b/chat", "/v1/%63hat", "/v1/chat/")) {
			assertThat(RequestedPath.of(request(spelling, "", canonical(spelling)))).hasToString("/v1/chat");
		}
	}

	@Test
	void methodsAreMatchedInAnyCaseAndGetIncludesHead() {
		Rule rule = Rule.of("/**", List.of("get", "Post"), List.of(this.address), RulePhase.AUTO, null);
		RequestedPath path = RequestedPath.of(request("/", "", "/"));
		assertThat(rule.methods()).containsExactly("GET", "POST");
		assertThat(List.of("GET", "HEAD", "POST", "post", "head")).allMatch((method) -> rule.matches(method, path));
		assertThat(List.of("PUT", "OPTIONS", "")).noneMatch((method) -> rule.matches(method, path));
		assertThat(rule).hasToString("GET, POST /**");
	}

	@Test
	void postDoesNotIncludeHead() {
		Rule rule = Rule.of("/**", List.of("POST"), List.of(this.address), RulePhase.AUTO, null);
		assertThat(rule.matches("HEAD", RequestedPath.of(request("/", "", "/")))).isFalse();
	}

	@Test
	void aRuleAppliesAfterSecurityIfALimitUsesTheAuthenticatedUser() {
		assertThat(rule(RulePhase.AUTO, this.address).phase()).isEqualTo(RulePhase.BEFORE_SECURITY);
		assertThat(rule(RulePhase.AUTO, this.address, this.perUser).phase()).isEqualTo(RulePhase.AFTER_SECURITY);
		assertThat(rule(RulePhase.AFTER_SECURITY, this.address).phase()).isEqualTo(RulePhase.AFTER_SECURITY);
	}

	@Test
	void aLimitNamedTwiceCountsOnce() {
		assertThat(rule(RulePhase.AUTO, this.address, this.address).policies()).containsExactly(this.address);
	}

	@Test
	void aRuleNeedsAPathAndALimit() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> Rule.of(" ", List.of(), List.of(this.address), RulePhase.AUTO, null))
			.withMessageContaining("no path");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> Rule.of("/v1/**", List.of(), List.of(), RulePhase.AUTO, null))
			.withMessageContaining("'/v1/**' has no limits");
	}

	@Test
	void onlyRulesThatNameExemptPathsApplyToThem() {
		Rules rules = new Rules(List.of(rule("/**"), rule("/*/health"), rule("/actuator/**")), RuleTests::management);
		assertThat(matching(rules, "/actuator/health")).isEqualTo(1);
		assertThat(matching(rules, "/actuator")).isEqualTo(1);
		assertThat(matching(rules, "/actuator/health/liveness")).isEqualTo(1);
		assertThat(matching(rules, "/actuators/health")).isEqualTo(2);
		assertThat(matching(rules, "/actuator/v1/chat")).isEqualTo(2);
		assertThat(matching(new Rules(List.of(rule("/**"), rule("/actuators/**")), RuleTests::management),
				"/actuator/health"))
			.isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/actuator/../v1/chat", "/actuator;a=b/../v1/chat", "/actuator/%2e%2e/v1/chat" })
	void aPathThatLeadsThroughAnExemptPathIsNotExempt(String path) {
		Rules rules = new Rules(List.of(rule("/v1/**")), RuleTests::management);
		assertThat(rules.matching(RulePhase.BEFORE_SECURITY, "GET", RequestedPath.of(request(path, "", "/v1/chat"))))
			.hasSize(1);
	}

	@Test
	void exemptPathsAreReadOnceByTheFirstRequest() {
		AtomicInteger asked = new AtomicInteger();
		Rules rules = new Rules(List.of(rule("/**")), () -> {
			asked.incrementAndGet();
			return management();
		});
		assertThat(asked).hasValue(0);
		matching(rules, "/x");
		matching(rules, "/actuator/health");
		assertThat(asked).hasValue(1);
	}

	private static Map<String, List<String>> management() {
		return Map.of("/actuator", List.of("/actuator", "/actuator/health/{*path}"));
	}

	@Test
	void theFirstMatchingRuleWithABodyDeterminesItsStyle() {
		Rules rules = new Rules(List.of(rule("/**"),
				Rule.of("/v1/**", List.of("POST"), List.of(this.perUser), RulePhase.AUTO, "openai"),
				Rule.of("/**", List.of(), List.of(this.address), RulePhase.AUTO, "none")), Map::of);
		RequestedPath path = RequestedPath.of(request("/v1/chat", "", "/v1/chat"));
		assertThat(rules.bodyStyle("POST", path)).isEqualTo("openai");
		assertThat(rules.bodyStyle("GET", path)).isEqualTo("none");
	}

	private int matching(Rules rules, String path) {
		int matching = 0;
		for (LimitPolicy policy : rules.matching(RulePhase.BEFORE_SECURITY, "GET",
				RequestedPath.of(request(path, "", path)))) {
			matching += policy.registered().limit().name().startsWith("rule") ? 1 : 0;
		}
		return matching;
	}

	private Rule rule(String path) {
		String name = "rule" + this.limits.registry.all().size();
		return Rule.of(path, List.of(), List.of(this.limits.limit(name, "1/min", Limits.ip())), RulePhase.AUTO, null);
	}

	private Rule rule(RulePhase phase, LimitPolicy... policies) {
		return Rule.of("/**", List.of(), List.of(policies), phase, null);
	}

	private boolean matches(String pattern, HttpServletRequest request) {
		return Rule.of(pattern, List.of(), List.of(this.address), RulePhase.AUTO, null)
			.matches("GET", RequestedPath.of(request));
	}

	private static MockHttpServletRequest request(String uri, String contextPath, String servletPath) {
		MockHttpServletRequest request = new MockHttpServletRequest("GET", uri);
		request.setContextPath(contextPath);
		request.setServletPath(servletPath);
		return request;
	}

	/** Returns Tomcat's reading of the path. */
	private static String canonical(String path) {
		String decoded = path.replaceAll(";[^/]*", "")
			.replace("%63", "c")
			.replace("%43", "C")
			.replace("%2F", "/")
			.replace("%76%31", "v1");
		return java.net.URI.create(decoded.replaceAll("/+", "/")).normalize().getPath();
	}

}
