package io.github.ratelimit.apps;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.RateLimited;
import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.governor.CallRefusedException.Reason;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.stereotype.Controller;

/** The errors that GraphQL clients get for refused data fetchers. */
@ExtendWith(OutputCaptureExtension.class)
class GraphQlTests {

	@ParameterizedTest
	@ValueSource(strings = { "servlet", "reactive" })
	void aRefusedDataFetcherIsAnErrorWithClassificationAndWait(String type, CapturedOutput output) throws Exception {
		try (ConfigurableApplicationContext context = start(type)) {
			assertThat(query(context, "{limited open}")).contains("\"limited\":\"yes\"").doesNotContain("errors");
			String refused = query(context, "{limited open}");
			assertThat(refused)
				.contains("\"classification\":\"TOO_MANY_REQUESTS\"", "\"limits\":[\"chat\"]", "\"path\":[\"limited\"]",
						"\"open\":\"yes\"")
				.containsPattern("\"retryAfter\":3[56]\\d\\d");
		}
		assertThat(output).doesNotContain("ERROR", "RateLimitExceededException", "\tat ");
	}

	@Test
	void aMissingKeyIsForbidden() throws Exception {
		try (ConfigurableApplicationContext context = start("reactive")) {
			assertThat(query(context, "{keyed}")).contains("\"classification\":\"FORBIDDEN\"")
				.doesNotContain("retryAfter");
		}
	}

	@Test
	void aRefusedCallToAProviderIsAnErrorWithClassificationAndWait() throws Exception {
		try (ConfigurableApplicationContext context = start("servlet")) {
			assertThat(query(context, "{unsent open}"))
				.contains("\"classification\":\"TOO_MANY_REQUESTS\"", "\"retryAfter\":7", "\"open\":\"yes\"")
				.doesNotContain("openai");
		}
	}

	@Test
	void aHiddenLimitIsNotNamed() throws Exception {
		try (ConfigurableApplicationContext context = start("servlet", "--ratelimit.limits.chat.hide-headers=true")) {
			query(context, "{limited}");
			assertThat(query(context, "{limited}")).contains("TOO_MANY_REQUESTS").doesNotContain("chat");
		}
	}

	private static ConfigurableApplicationContext start(String type, String... more) {
		String[] arguments = { "--spring.main.web-application-type=" + type, "--server.port=0",
				"--server.address=127.0.0.1", "--spring.main.banner-mode=off", "--logging.level.root=warn",
				"--ratelimit.limits.chat.rate=1/h", "--ratelimit.limits.chat.key=global" };
		String[] all = new String[arguments.length + more.length];
		System.arraycopy(arguments, 0, all, 0, arguments.length);
		System.arraycopy(more, 0, all, arguments.length, more.length);
		return new SpringApplication(Application.class).run(all);
	}

	private static String query(ConfigurableApplicationContext context, String query) throws Exception {
		int port = ((WebServerApplicationContext) context).getWebServer().getPort();
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/graphql"))
			.header("Content-Type", "application/json")
			.header("Accept", "application/json")
			.POST(BodyPublishers.ofString("{\"query\":\"" + query + "\"}"))
			.build();
		return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Fetchers.class)
	static class Application {

	}

	@Controller
	static class Fetchers {

		@QueryMapping
		@RateLimited("chat")
		public String limited() {
			return "yes";
		}

		@QueryMapping
		@RateLimited(rate = "1/h", key = "#key")
		public String keyed(@Argument @Nullable String key) {
			return "yes";
		}

		@QueryMapping
		public String unsent() {
			throw new CallRefusedException("openai", Reason.QUEUE_FULL, Duration.ofSeconds(7));
		}

		@QueryMapping
		public String open() {
			return "yes";
		}

	}

}
