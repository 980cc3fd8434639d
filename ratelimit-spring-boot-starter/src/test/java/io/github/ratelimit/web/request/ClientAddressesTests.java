package io.github.ratelimit.web.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.mock.web.MockHttpServletRequest;

@ExtendWith(OutputCaptureExtension.class)
class ClientAddressesTests {

	@ParameterizedTest
	@ValueSource(strings = { "X-Forwarded-For", "Forwarded", "X-Real-IP" })
	void warnsOnceAboutAHeaderWithoutAStrategy(String header, CapturedOutput output) {
		ClientAddresses addresses = new ClientAddresses(64, false);
		addresses.of(new MockHttpServletRequest());
		assertThat(output).doesNotContain("forward-headers-strategy");
		for (int i = 0; i < 3; i++) {
			MockHttpServletRequest request = new MockHttpServletRequest();
			request.addHeader(header, "198.51.100.1\nInjected");
			addresses.of(request);
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
		new ClientAddresses(64, true).of(request);
		assertThat(output).doesNotContain("forward-headers-strategy");
	}

	@Test
	void warnsOnlyIfTheAddressIsUsed(CapturedOutput output) {
		MockHttpServletRequest request = new MockHttpServletRequest();
		request.addHeader("X-Forwarded-For", "198.51.100.1");
		ServletRequestFacts facts = new ServletRequestFacts(request, Identity.NONE, new ClientAddresses(64, false));
		facts.header("X-Forwarded-For");
		assertThat(output).doesNotContain("forward-headers-strategy");
		facts.address();
		assertThat(output).contains("forward-headers-strategy");
	}

	@Test
	void anIpv6PrefixIsOneTo128Bits() {
		for (int prefix : new int[] { 0, -1, 129 }) {
			assertThatIllegalArgumentException().isThrownBy(() -> new ClientAddresses(prefix, false))
				.withMessage("An IPv6 prefix of " + prefix + " bits is out of range. "
						+ "Write 1 to 128 bits; a client usually owns the addresses of 64.");
		}
	}

}
