package io.github.ratelimit.provider;

import static io.github.ratelimit.provider.Decisions.granted;
import static io.github.ratelimit.provider.Decisions.limit;
import static io.github.ratelimit.provider.Decisions.perRate;
import static io.github.ratelimit.provider.Decisions.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Limit;
import io.github.ratelimit.store.ChargeDecision;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletResponse;

class XRateLimitHeadersTests {

	private final MockHttpServletResponse response = new MockHttpServletResponse();

	@Test
	void reportsCapacityRemainingAndSecondsToFull() {
		write(granted(limit("chat", "60/min burst 90"), 41, Duration.ofSeconds(49)));
		assertHeaders("90", "41", "49");
	}

	@Test
	void roundsResetUp() {
		write(granted(limit("chat", "10/min"), 9, Duration.ofMillis(5001)));
		assertHeaders("10", "9", "6");
	}

	@Test
	void aFullLimitResetsInNoTime() {
		write(granted(limit("chat", "10/min"), 10, Duration.ZERO));
		assertHeaders("10", "10", "0");
	}

	@Test
	void reportsTheLimitNearestToRefusal() {
		write(granted(limit("everyone", "1000/min"), 7, Duration.ofSeconds(59)),
				granted(limit("address", "300/min"), 4, Duration.ofSeconds(58)),
				granted(limit("chat", "10/min"), 5, Duration.ofSeconds(30)));
		assertHeaders("300", "4", "58");
	}

	@Test
	void aRefusalReportsTheLimitThatRefusesLongest() {
		write(refused(limit("address", "300/min"), Duration.ofSeconds(1), Duration.ofMinutes(1)),
				refused(limit("chat", "10/min"), Duration.ofSeconds(6), Duration.ofSeconds(60)),
				granted(limit("everyone", "1000/min"), 0, Duration.ofSeconds(60)));
		assertHeaders("10", "0", "60");
	}

	@Test
	void ofSeveralRatesTheOneWithFewestIsReported() {
		long[] perRate = perRate(4, Duration.ofMillis(200), 3, Duration.ofSeconds(57));
		write(ChargeDecision.granted(Decisions.charge(limit("chat", "5/s, 60/min")), null, 3,
				Duration.ofSeconds(57).toNanos(), perRate));
		assertHeaders("60", "3", "57");
	}

	@Test
	void ofSeveralRatesWithEquallyFewTheOneThatFillsLastIsReported() {
		long[] perRate = perRate(0, Duration.ofSeconds(1), 0, Duration.ofSeconds(60));
		write(ChargeDecision.refused(Decisions.charge(limit("chat", "5/s, 60/min")), 0, 1,
				Duration.ofSeconds(60).toNanos(), perRate));
		assertHeaders("60", "0", "60");
	}

	@Test
	void aConcurrencyLimitReportsItsSlots() {
		write(refused(Limit.named("slots").maxConcurrent(10).build(), Duration.ofSeconds(1), Duration.ofSeconds(1)));
		assertHeaders("10", "0", "1");
	}

	private void write(ChargeDecision... limits) {
		LimitRemainingResetHeaders.xRateLimit().write(List.of(limits), this.response::setHeader);
	}

	private void assertHeaders(String limit, String remaining, String reset) {
		assertThat(this.response.getHeaders("X-RateLimit-Limit")).containsExactly(limit);
		assertThat(this.response.getHeaders("X-RateLimit-Remaining")).containsExactly(remaining);
		assertThat(this.response.getHeaders("X-RateLimit-Reset")).containsExactly(reset);
	}

}
