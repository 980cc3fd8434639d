package io.github.ratelimit.actuate;

import io.github.ratelimit.Key;
import io.github.ratelimit.KeySource;
import io.github.ratelimit.RateLimiter;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The endpoint where its access is raised or taken away.
 */
class RateLimitsEndpointAccessTests {

	private static EndpointApplication application;

	@BeforeAll
	static void start() {
		application = EndpointApplication.start("management.endpoint.ratelimits.access=unrestricted");
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void resetKeyFindsAllPermits(boolean byId) throws Exception {
		String limit = "reset-" + byId;
		application.limit(limit, "2/h", new KeySource("header('X-API-Key')", Key.VALUE_KIND));
		Key alice = Key.of("alice");
		Key bob = Key.of("bob");
		application.call(limit, alice, 3);
		application.call(limit, bob, 3);

		HttpResponse<String> response = application.delete("/" + limit + "/" + (byId ? alice.id() : "alice"));

		assertThat(response.statusCode()).isEqualTo(204);
		assertThat(response.body()).isEmpty();
		assertThat(application.get("/" + limit + "/alice").statusCode()).isEqualTo(404);
		RateLimiter limiter = application.bean(RateLimiter.class);
		assertThat(limiter.tryAcquire(limit, "alice", 2).allowed()).isTrue();
		assertThat(limiter.tryAcquire(limit, "bob").allowed()).isFalse();
	}

	@Test
	void everybodysKeyIsResetByItsName() throws Exception {
		application.limit("everyone", "1/h", new KeySource("global", Key.GLOBAL_KIND));
		application.call("everyone", Key.GLOBAL, 2);

		assertThat(application.delete("/everyone/global").statusCode()).isEqualTo(204);
		assertThat(application.get("/everyone/global").statusCode()).isEqualTo(404);
	}

	@Test
	void unseenKeyIsNotFound() throws Exception {
		application.limit("unseen", "1/h");

		HttpResponse<String> response = application.delete("/unseen/alice");

		assertThat(response.statusCode()).isEqualTo(404);
		assertThat(response.body()).contains("Limit 'unseen' knows no key").doesNotContain("alice");
	}

	@Test
	void unknownLimitIsNotFound() throws Exception {
		application.limit("translate", "1/h");

		HttpResponse<String> response = application.delete("/transalte/alice");

		assertThat(response.statusCode()).isEqualTo(404);
		assertThat(response.body()).contains("Did you mean 'translate'?");
	}

	@Test
	void textThatSeveralKeysHaveResetsNone() throws Exception {
		application.limit("ambiguous", "2/h");
		application.call("ambiguous", Key.of("alice"), 1);
		application.call("ambiguous", Key.of(Key.USER_KIND, "alice"), 1);

		assertThat(application.delete("/ambiguous/alice").statusCode()).isEqualTo(400);
		assertThat(application.get("/ambiguous/" + Key.of("alice").id()).statusCode()).isEqualTo(200);
		assertThat(application.get("/ambiguous/" + Key.of(Key.USER_KIND, "alice").id()).statusCode()).isEqualTo(200);
	}

	@Test
	void limitItselfCannotBeDeleted() throws Exception {
		application.limit("stays", "1/h");

		assertThat(application.delete("/stays").statusCode()).isEqualTo(405);
		assertThat(application.delete("").statusCode()).isEqualTo(405);
	}

	@Test
	void withoutAccessThereIsNoEndpoint() throws Exception {
		try (EndpointApplication closed = EndpointApplication.start("management.endpoint.ratelimits.access=none")) {
			assertThat(closed.get("").statusCode()).isEqualTo(404);
		}
	}

}
