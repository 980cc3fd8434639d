package io.github.ratelimit.web.request;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.mock.web.MockHttpServletRequest;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class ForwardedHeaderCheckTests {

	@ParameterizedTest
	@ValueSource(strings = { "X-Forwarded-For", "Forwarded", "X-Real-IP" })
	void warnsOnceAboutAHeaderWithoutAStrategy(String header, CapturedOutput output) {
		ForwardedHeaderCheck check = new ForwardedHeaderCheck(false);
		check.check(new MockHttpServletRequest());
		assertThat(output).doesNotContain("forward-headers-strategy");
		for (int i = 0; i < 3; i++) {
			MockHttpServletRequest request = new MockHttpServletRequest();
			request.addHeader(header, "198.51.100.1\nInjected");
			check.check(request);
		}
		assertThat(output).containsOnlyOnce("A request came with the header " + header + ",")
			.contains("set server.forward-headers-strategy to native.")
			.doesNotContain("framework")
			.doesNotContain("198.51.100.1")
			.doesNotContain("Injected");
	}

	@Test
	void doesNotWarnIfAStrategyIsSet(CapturedOutput output) {
		MockHttpServletRequest request = new MockHttpServletRequest();
		request.addHeader("X-Forwarded-For", "198.51.100.1");
		new ForwardedHeaderCheck(true).check(request);
		assertThat(output).doesNotContain("forward-headers-strategy");
	}

}
