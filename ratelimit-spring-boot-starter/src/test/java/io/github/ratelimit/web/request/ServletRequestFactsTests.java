package io.github.ratelimit.web.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.expression.spel.ExpressionParser;
import jakarta.servlet.http.Cookie;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.mock.web.MockHttpServletRequest;

@ExtendWith(OutputCaptureExtension.class)
class ServletRequestFactsTests {

	private final MockHttpServletRequest request = new MockHttpServletRequest("POST", "/v1/chat") {

		@Override
		public @Nullable String getParameter(String name) {
			throw new AssertionError("Reads the body");
		}

	};

	private final ServletRequestFacts facts = new ServletRequestFacts(this.request, Identity.NONE,
			new ClientAddresses(64, true));

	private final ExpressionParser parser = new ExpressionParser(null);

	@Test
	void theAddressIsTheOneThatTheContainerReports() {
		this.request.setRemoteAddr("::ffff:203.0.113.7");
		this.request.addHeader("X-Forwarded-For", "1.1.1.1");
		this.request.addHeader("Forwarded", "for=1.1.1.1");
		this.request.addHeader("X-Real-IP", "1.1.1.1");
		assertThat(this.facts.ip()).isEqualTo("203.0.113.7");
	}

	@ParameterizedTest
	@ValueSource(strings = { "method + path.substring(1)", "#root.method + {path}[0].substring(1)",
			"header('X-Tenant').trim() + 'v1/chat'", "#root.header('X-Tenant') + 'v1/chat'" })
	void interpretedExpressionsReadTheFactsThemselves(String plan) {
		this.request.addHeader("X-Tenant", "POST");
		assertThat(this.parser.requestPlan(plan).evaluate(this.facts)).isEqualTo("POSTv1/chat");
	}

	@Test
	void theStatusIsReadOfTheAnsweredRequest() {
		assertThat(this.parser.requestSettle("status + path.length()").evaluate(this.facts.answered(429)))
			.isEqualTo(437);
	}

	@Test
	void aMissingAddressIsOneWarningWithASuggestion(CapturedOutput output) {
		this.request.setRemoteAddr(null);
		assertThat(this.facts.ip()).isNull();
		this.request.setRemoteAddr("");
		assertThat(this.facts.ip()).isNull();
		assertThat(output).containsOnlyOnce("A request has no client address")
			.contains("Write another key for such limits");
	}

	@ParameterizedTest
	@CsvSource({ "10.1.2.255, 0a0102ff", "10.1.2.3:4711, 0a010203", "::ffff:10.1.2.3, 0a010203",
			"64:ff9b::10.1.2.3, 0a010203", "2001:db8:1:2:3::4, 20010db8000100020003000000000004", "unknown,", "'',",
			"10.1.2.256," })
	void theAddressInFullHasTheBytesOfTheCanonicalAddress(String text, @Nullable String hex) {
		this.request.setRemoteAddr(text);
		byte[] address = this.facts.address();
		assertThat((address != null) ? HexFormat.of().formatHex(address) : null).isEqualTo(hex);
	}

	@Test
	void parametersComeFromTheQueryAndNotFromTheBody() {
		this.request.setQueryString("key=query");
		this.request.setContentType("application/x-www-form-urlencoded");
		this.request.setContent("key=body".getBytes());
		assertThat(this.facts.param("key")).isEqualTo("query");
		assertThat(this.facts.param("other")).isNull();
	}

	@Test
	void contradictingCookiesHaveNoValue() {
		this.request.setCookies(new Cookie("id", "7"), new Cookie("id", "7"));
		assertThat(this.facts.cookie("id")).isEqualTo("7");
		this.request.setCookies(new Cookie("id", "junk"), new Cookie("id", "7"));
		assertThat(this.facts.cookie("id")).isNull();
	}

	@ParameterizedTest
	@CsvSource({ "abc, abc", "%61bc, abc", "a%2563, a%63", "a+c, a+c", "%zz, %zz", "100%, 100%" })
	void aCookieIsDecodedAsSpringMvcDecodesIt(String sent, String value) {
		this.request.setCookies(new Cookie("id", sent), new Cookie("id", sent.replace("bc", "%62c")));
		assertThat(this.facts.cookie("id")).isEqualTo(value);
	}

	@Test
	void thePathIsOneTextInAnyCase() {
		this.request.setRequestURI("/V1/Chat");
		assertThat(this.facts.path()).isEqualTo("/v1/chat");
	}

	@Test
	void headersCookiesAndAttributesAreThoseOfTheRequest() {
		assertThat(this.facts.cookie("id")).isNull();
		this.request.addHeader("X-API-Key", "abc");
		this.request.setCookies(new Cookie("other", "1"), new Cookie("id", "7"));
		this.request.setAttribute("tenant", 3);
		assertThat(this.facts.header("x-api-key")).isEqualTo("abc");
		assertThat(this.facts.cookie("id")).isEqualTo("7");
		assertThat(this.facts.cookie("none")).isNull();
		assertThat(this.facts.attribute("tenant")).isEqualTo(3);
		assertThat(this.facts.method()).isEqualTo("POST");
	}

	@Test
	void aWrapperWithAnotherPathIsReadAgain() {
		assertThat(this.facts.path()).isEqualTo("/v1/chat");
		this.facts.use(new MockHttpServletRequest("POST", "/v2/chat"));
		assertThat(this.facts.path()).isEqualTo("/v2/chat");
	}

	@Test
	void withoutSpringSecurityNoUserIsAuthenticated() {
		assertThat(this.facts.user()).isNull();
		assertThat(this.facts.claim("plan")).isNull();
	}

}
