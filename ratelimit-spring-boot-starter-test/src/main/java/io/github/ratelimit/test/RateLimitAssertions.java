package io.github.ratelimit.test;

import io.github.ratelimit.Decision;
import java.nio.charset.StandardCharsets;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.test.web.servlet.client.ExchangeResult;
import org.springframework.test.web.servlet.client.assertj.RestTestClientResponse;

/**
 * Entry point of the assertions about limits. Its static methods can be imported beside
 * those of AssertJ.
 */
public final class RateLimitAssertions {

	private RateLimitAssertions() {
	}

	/**
	 * Asserts about a decision.
	 * @param actual a decision of {@link io.github.ratelimit.RateLimiter}
	 * @return assertions
	 */
	public static DecisionAssert assertThat(Decision actual) {
		return new DecisionAssert(actual);
	}

	/**
	 * Asserts about a response to {@code MockMvcTester}.
	 * @param actual the result
	 * @return assertions
	 */
	public static ResponseAssert assertThatResponse(MvcTestResult actual) {
		MockHttpServletResponse response = actual.getResponse();
		HttpHeaders headers = new HttpHeaders();
		response.getHeaderNames().forEach((name) -> headers.put(name, response.getHeaders(name)));
		return new ResponseAssert(
				new HttpResponse(response.getStatus(), headers, text(response.getContentAsByteArray())));
	}

	/**
	 * Asserts about a response to {@code RestTestClient}.
	 * @param actual the response
	 * @return assertions
	 */
	public static ResponseAssert assertThatResponse(RestTestClientResponse actual) {
		ExchangeResult result = actual.getExchangeResult();
		return new ResponseAssert(new HttpResponse(result.getStatus().value(), result.getResponseHeaders(),
				text(result.getResponseBodyContent())));
	}

	/**
	 * Asserts about a response to another client of Spring's.
	 * @param actual the response; its body is compared as text
	 * @return assertions
	 */
	public static ResponseAssert assertThatResponse(ResponseEntity<String> actual) {
		String body = actual.getBody();
		return new ResponseAssert(
				new HttpResponse(actual.getStatusCode().value(), actual.getHeaders(), (body != null) ? body : ""));
	}

	private static String text(byte[] body) {
		return new String(body, StandardCharsets.UTF_8);
	}

}
