package io.github.ratelimit.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import java.io.IOException;
import java.net.CookieManager;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

/** The page at the address of the endpoint, over HTTP. */
class RateLimitsPageTests {

	private static final String PAGE = "/actuator/ratelimits";

	private static final String CHROMIUM = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,"
			+ "image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7";

	private static EndpointApplication application;

	@BeforeAll
	static void start() {
		application = EndpointApplication.start();
		application.limit("chat", "10/min");
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { CHROMIUM, "text/html", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
			"application/json;q=0.9, text/html" })
	void aBrowserGetsThePage(String accept) throws Exception {
		HttpResponse<String> response = application.getAs(accept, PAGE);

		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.headers().firstValue("Content-Type")).hasValue("text/html;charset=UTF-8");
		assertThat(response.body()).startsWith("<!DOCTYPE html>").doesNotContain("{{");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "*/*", "application/json", "application/json, text/plain, */*",
			"application/json, text/html", "text/html;q=0.5, application/json", "text/html;q=0, */*",
			"application/vnd.spring-boot.actuator.v3+json", "application/*" })
	void everythingElseGetsJson(String accept) throws Exception {
		HttpResponse<String> response = application.getAs(accept, PAGE);

		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.headers().firstValue("Content-Type").orElseThrow()).contains("json");
		assertThat(response.body()).startsWith("{\"enabled\":true,");
	}

	@Test
	void anAcceptHeaderThatCannotBeReadIsNotAnsweredWithThePage() throws Exception {
		assertThat(application.getAs("nonsense", PAGE).body()).doesNotContain("<html");
	}

	@Test
	void limitsAndKeysHaveNoPageOfTheirOwn() throws Exception {
		assertThat(application.getAs(CHROMIUM, PAGE + "/chat").body()).startsWith("{\"limit\":\"chat\"");
	}

	@Test
	void thePageRunsNothingButItsOwnFiles() throws Exception {
		HttpResponse<String> response = application.getAs(CHROMIUM, PAGE);

		assertThat(response.headers().firstValue("Content-Security-Policy").orElseThrow())
			.startsWith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';")
			.contains("frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'",
					"require-trusted-types-for 'script'")
			.doesNotContain("unsafe", "http", "*");
		assertThat(response.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
		assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
		assertThat(response.headers().firstValue("X-Frame-Options")).hasValue("DENY");
		assertThat(response.headers().firstValue("Cross-Origin-Opener-Policy")).hasValue("same-origin");
		assertThat(response.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
		assertThat(response.headers().allValues("Vary").toString()).contains("Accept");
		assertThat(response.body()).doesNotContainPattern("(?i)<script(?![^>]* src=)|<style|\\sstyle=|\\son\\w+=");
	}

	@Test
	void theFilesOfThePageAreThereAndNeedNoOthers() throws Exception {
		Set<String> seen = new LinkedHashSet<>();
		Deque<String> files = new ArrayDeque<>(
				found("(?:src|href)=\"(ratelimits/~/[^\"]+)\"", application.getAs(CHROMIUM, PAGE).body()));
		while (!files.isEmpty()) {
			String file = files.pop();
			if (seen.add(file)) {
				HttpResponse<String> response = application.getAs("*/*", "/actuator/" + file);
				assertThat(response.statusCode()).as(file).isEqualTo(200);
				assertThat(response.headers().firstValue("Content-Type").orElseThrow())
					.startsWith(file.endsWith(".css") ? "text/css" : "text/javascript");
				assertThat(response.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
				assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-cache");
				assertThat(response.body()).doesNotContain("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(")
					.doesNotContainPattern("https?://(?!www\\.w3\\.org/2000/svg)");
				found("from '\\./([^']+)'", response.body()).forEach((name) -> files.add("ratelimits/~/" + name));
			}
		}

		assertThat(seen).hasSize(10);
	}

	@Test
	void aFileThatHasNotChangedIsNotSentAgain() throws Exception {
		String tag = application.getAs("*/*", PAGE + "/~/page.js").headers().firstValue("ETag").orElseThrow();
		HttpRequest again = HttpRequest.newBuilder(application.uri(PAGE + "/~/page.js"))
			.header("If-None-Match", tag)
			.build();

		HttpResponse<String> response = HttpClient.newHttpClient().send(again, BodyHandlers.ofString());

		assertThat(response.statusCode()).isEqualTo(304);
		assertThat(response.body()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "/~/page.html", "/~/nothing.js", "/~/RateLimitsPage.class", "/~/..%2Fpage%2Fpage.js", "/~" })
	void thereAreNoOtherFiles(String path) throws Exception {
		assertThat(application.getAs("*/*", PAGE + path).statusCode()).isIn(400, 404);
	}

	@Test
	void thePageSaysWhatAccessAllows() throws Exception {
		assertThat(application.getAs(CHROMIUM, PAGE).body())
			.contains("<meta name=\"ratelimits-changes\" content=\"\">");

		try (EndpointApplication writable = EndpointApplication
			.start("management.endpoint.ratelimits.access=unrestricted")) {
			assertThat(writable.getAs(CHROMIUM, PAGE).body())
				.containsPattern("<meta name=\"ratelimits-changes\" content=\"DELETE:[^\"]*2 POST:0 POST:1[^\"]*\">")
				.contains("<meta name=\"ratelimits-csrf-token\" content=\"\">");
		}
	}

	@Test
	void thereIsNoPageWithoutTheEndpoint() throws Exception {
		try (EndpointApplication hidden = EndpointApplication
			.start("management.endpoints.web.exposure.exclude=ratelimits")) {
			assertThat(hidden.getAs(CHROMIUM, PAGE).statusCode()).isEqualTo(404);
			assertThat(hidden.getAs(CHROMIUM, PAGE + "/~/page.js").statusCode()).isEqualTo(404);
		}
	}

	@Test
	void thePageIsWhereTheEndpointIs() throws Exception {
		try (EndpointApplication moved = EndpointApplication.start("server.servlet.context-path=/app",
				"spring.mvc.servlet.path=/api", "management.endpoints.web.base-path=/manage",
				"management.endpoints.web.path-mapping.ratelimits=ops/limits")) {
			String page = "/app/api/manage/ops/limits";

			assertThat(moved.getAs(CHROMIUM, page).body()).contains("src=\"limits/~/page.js\"");
			assertThat(moved.getAs("*/*", page + "/~/page.js").statusCode()).isEqualTo(200);
			assertThat(moved.getAs("*/*", page).body()).startsWith("{\"enabled\":true,");
		}
	}

	@Test
	void changesNeedTheTokenThatThePageHas() throws Exception {
		try (EndpointApplication secured = EndpointApplication.start(ProtectedAgainstForgery.class,
				"management.endpoint.ratelimits.access=unrestricted")) {
			secured.limit("chat", "10/min");
			secured.call("chat", Key.GLOBAL, 1);
			HttpClient browser = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
			HttpRequest open = HttpRequest.newBuilder(secured.uri(PAGE)).header("Accept", CHROMIUM).build();
			String page = browser.send(open, BodyHandlers.ofString()).body();
			HttpRequest.Builder reset = HttpRequest.newBuilder(secured.uri(PAGE + "/chat/global")).DELETE();

			assertThat(status(browser, reset)).isEqualTo(403);
			reset.header(meta(page, "csrf-header"), meta(page, "csrf-token"));
			assertThat(status(browser, reset)).isEqualTo(204);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "text/plain", "application/x-www-form-urlencoded" })
	void whatAFormOfAnotherSiteCanSendChangesNothing(String type) throws Exception {
		try (EndpointApplication writable = EndpointApplication
			.start("management.endpoint.ratelimits.access=unrestricted")) {
			HttpRequest forged = HttpRequest.newBuilder(writable.uri(PAGE))
				.header("Content-Type", type)
				.POST(HttpRequest.BodyPublishers.ofString("{\"mode\":\"shadow\"}"))
				.build();

			assertThat(HttpClient.newHttpClient().send(forged, BodyHandlers.ofString()).statusCode()).isEqualTo(415);
			assertThat(writable.get("").body()).startsWith("{\"enabled\":true,\"mode\":\"enforce\"");
		}
	}

	private static int status(HttpClient browser, HttpRequest.Builder request)
			throws IOException, InterruptedException {
		return browser.send(request.build(), BodyHandlers.ofString()).statusCode();
	}

	private static String meta(String page, String name) {
		Matcher matcher = Pattern.compile("<meta name=\"ratelimits-" + name + "\" content=\"([^\"]+)\">").matcher(page);
		assertThat(matcher.find()).isTrue();
		return matcher.group(1);
	}

	private static List<String> found(String pattern, String text) {
		return Pattern.compile(pattern).matcher(text).results().map((MatchResult found) -> found.group(1)).toList();
	}

	@Configuration(proxyBeanMethods = false)
	@Import(EndpointApplication.Store.class)
	static class ProtectedAgainstForgery {

		@Bean
		@Order(1)
		SecurityFilterChain everybodyWithAToken(HttpSecurity security) {
			return security.securityMatcher("/**")
				.authorizeHttpRequests((requests) -> requests.anyRequest().permitAll())
				.build();
		}

	}

}
