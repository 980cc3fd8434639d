package io.github.ratelimit.test.example.news;

import static io.github.ratelimit.test.RateLimitAssertions.assertThatResponse;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.ratelimit.test.ResponseAssert;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestClient;

/** Whatever form an application answers in, a test can tell which limit refused. */
class NamedLimitTests {

	@ParameterizedTest
	@CsvSource({ "problem, 2/h", "openai, 2/h", "anthropic, 2/h", "none, 2/h", "'openai', '2/h, 2/d'",
			"'none', '2/h, 2/d'", "'none', '2/h, 9/d'" })
	void theLimitThatRefusedIsKnownWithEachStyleOfBodies(String body, String rate) {
		String[] arguments = { "--server.port=0", "--server.address=127.0.0.1", "--ratelimit.http.body=" + body,
				"--ratelimit.limits.news.rate=" + rate };
		try (ConfigurableApplicationContext context = SpringApplication.run(NewsApplication.class, arguments)) {
			RestClient client = RestClient
				.create("http://127.0.0.1:" + context.getEnvironment().getRequiredProperty("local.server.port"));
			assertThatResponse(get(client)).isNotRefused();
			assertThatResponse(get(client)).isNotRefused();

			ResponseAssert third = assertThatResponse(get(client));
			third.isRefusedBy("news");
			assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> third.isRefusedBy("mail"))
				.withMessageContaining("by [mail], but ")
				.withMessageContaining(" [news]: status 429");
		}
	}

	private static ResponseEntity<String> get(RestClient client) {
		return client.get().uri("/news").retrieve().onStatus(HttpStatusCode::isError, (request, response) -> {
		}).toEntity(String.class);
	}

}
