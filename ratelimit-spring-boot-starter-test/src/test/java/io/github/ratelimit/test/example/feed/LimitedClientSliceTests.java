package io.github.ratelimit.test.example.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.springframework.test.web.client.match.MockRestRequestMatchers.requestTo;
import static org.springframework.test.web.client.response.MockRestResponseCreators.withSuccess;
import static org.springframework.test.web.client.response.MockRestResponseCreators.withTooManyRequests;

import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.test.AutoConfigureRateLimits;
import io.github.ratelimit.test.ManualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.restclient.test.autoconfigure.RestClientTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.MediaType;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.client.MockRestServiceServer;
import org.springframework.web.client.HttpClientErrorException;

@ExtendWith(OutputCaptureExtension.class)
@RestClientTest(NewsFeed.class)
@TestPropertySource(properties = "ratelimit.clients.agency.match=https://agency.example.com/**")
@AutoConfigureRateLimits
class LimitedClientSliceTests {

	@Autowired
	private NewsFeed feed;

	@Autowired
	private MockRestServiceServer agency;

	@Autowired
	private ManualTime time;

	@Test
	void callsAreLimitedAndNothingThatTheSliceLacksIsAWarning(CapturedOutput output) {
		this.agency.expect(requestTo("https://agency.example.com/latest")).andRespond(withTooManyRequests(100));
		assertThatExceptionOfType(HttpClientErrorException.TooManyRequests.class).isThrownBy(this.feed::latest);
		assertThatExceptionOfType(CallRefusedException.class).isThrownBy(this.feed::latest);

		this.time.advance(Duration.ofSeconds(100));
		this.agency.reset();
		this.agency.expect(requestTo("https://agency.example.com/latest"))
			.andRespond(withSuccess("Rain.", MediaType.TEXT_PLAIN));
		assertThat(this.feed.latest()).isEqualTo("Rain.");
		assertThat(output).contains("Limit 'archive'").doesNotContain("WARN");
	}

}
