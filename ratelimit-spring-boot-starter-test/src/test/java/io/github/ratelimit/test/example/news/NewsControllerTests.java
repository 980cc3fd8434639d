package io.github.ratelimit.test.example.news;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

@ExtendWith(OutputCaptureExtension.class)
@WebMvcTest(NewsController.class)
class NewsControllerTests {

	@Autowired
	private MockMvcTester http;

	@MockitoBean
	private NewsArchive archive;

	@Test
	void theControllerHasAPermitAndNothingIsLimited(CapturedOutput output) {
		given(this.archive.latest()).willReturn("Rain.");
		for (int i = 0; i < 3; i++) {
			assertThat(this.http.get().uri("/news")).hasStatusOk().bodyText().isEqualTo("Rain.");
		}
		assertThat(output).contains("Starting NewsControllerTests").doesNotContain("WARN");
	}

}
