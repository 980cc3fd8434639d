package io.github.ratelimit.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

@SampleTest
class LoginTests {

	@Autowired
	private ManualTime time;

	private final SampleClient client;

	LoginTests(@LocalServerPort int port) {
		this.client = new SampleClient(port);
	}

	@BeforeEach
	void refill() {
		this.time.advance(Duration.ofHours(1));
	}

	@Test
	void theDemoUserCanLogIn() {
		HttpResponse<String> response = this.client.login("demo", "demo");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(SampleClient.json(response).get("username").asString()).isEqualTo("demo");
	}

	@ParameterizedTest
	@CsvSource({ "demo,wrong", "other,demo", "demo,''" })
	void otherCredentialsAreRejected(String username, String password) {
		assertThat(this.client.login(username, password).statusCode()).isEqualTo(401);
	}

	@Test
	void aLoginWithoutNameOrPasswordIsRejected() {
		assertThat(this.client.post("/login", "{}", "", "").statusCode()).isEqualTo(401);
		assertThat(this.client.post("/login", "{", "", "").statusCode()).isEqualTo(400);
	}

	@Test
	void theSixthAttemptIsRefusedEvenWithTheRightPassword() {
		failFiveTimes();
		HttpResponse<String> refused = this.client.login("demo", "demo");
		assertThat(refused.statusCode()).isEqualTo(429);
		assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
		assertThat(SampleClient.json(refused).get("status").asInt()).isEqualTo(429);
	}

	@Test
	void aRefusedLoginIsAllowedAfterItsRetryAfter() {
		failFiveTimes();
		String retryAfter = this.client.login("demo", "demo").headers().firstValue("Retry-After").orElseThrow();
		this.time.advance(Duration.ofSeconds(Long.parseLong(retryAfter) - 1));
		assertThat(this.client.login("demo", "demo").statusCode()).isEqualTo(429);
		this.time.advance(Duration.ofSeconds(1));
		assertThat(this.client.login("demo", "demo").statusCode()).isEqualTo(200);
	}

	@Test
	void onlyFailedLoginsAreCounted() {
		for (int i = 0; i < 10; i++) {
			assertThat(this.client.login("demo", "demo").statusCode()).isEqualTo(200);
		}
		failFiveTimes();
		assertThat(this.client.login("demo", "wrong").statusCode()).isEqualTo(429);
	}

	@Test
	void anInvalidBodyIsNotAFailedLogin() {
		for (int i = 0; i < 6; i++) {
			assertThat(this.client.post("/login", "{", "", "").statusCode()).isEqualTo(400);
		}
	}

	@Test
	void responsesDoNotMentionTheLimit() {
		for (int i = 0; i < 6; i++) {
			assertThat(this.client.login("demo", "guess").headers().map().keySet())
				.noneMatch((name) -> name.toLowerCase(Locale.ROOT).contains("ratelimit"));
		}
	}

	private void failFiveTimes() {
		for (int i = 0; i < 5; i++) {
			assertThat(this.client.login("demo", "guess-" + i).statusCode()).isEqualTo(401);
		}
	}

}
