package io.github.ratelimit.test.example.news;

import static io.github.ratelimit.test.RateLimitAssertions.assertThatResponse;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.test.AutoConfigureRateLimits;
import io.github.ratelimit.test.ManualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

@ExtendWith(OutputCaptureExtension.class)
@TestPropertySource(properties = "ratelimit.enabled=false")
@WebMvcTest(NewsController.class)
@AutoConfigureRateLimits
class LimitedSliceTests {

	@Autowired
	private MockMvcTester http;

	@Autowired
	private ManualTime time;

	@MockitoBean
	private NewsArchive archive;

	@Test
	void limitsApplyAndNothingThatTheSliceLacksIsAWarning(CapturedOutput output) {
		assertThatResponse(this.http.get().uri("/news?cost=2").exchange()).isNotRefused();
		assertThatResponse(this.http.get().uri("/news").exchange()).isRefusedBy("news");
		this.time.advance(Duration.ofMinutes(1));
		assertThatResponse(this.http.get().uri("/news").exchange()).isNotRefused();
		assertThat(output).contains("Limit 'archive'").doesNotContain("WARN");
	}

}
