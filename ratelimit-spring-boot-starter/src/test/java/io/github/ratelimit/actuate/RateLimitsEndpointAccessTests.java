package io.github.ratelimit.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.registry.KeySource;
import io.github.ratelimit.registry.LimitRegistry;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The endpoint with raised access and without access.
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
	void aResetKeyHasAllItsPermits(boolean byId) throws Exception {
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
		assertThat(limiter.tryAcquire(limit, "alice", 2).isAllowed()).isTrue();
		assertThat(limiter.tryAcquire(limit, "bob").isAllowed()).isFalse();
	}

	@Test
	void theGlobalKeyIsResetByItsName() throws Exception {
		application.limit("everyone", "1/h", new KeySource("global", Key.GLOBAL_KIND));
		application.call("everyone", Key.GLOBAL, 2);

		assertThat(application.delete("/everyone/global").statusCode()).isEqualTo(204);
		assertThat(application.get("/everyone/global").statusCode()).isEqualTo(404);
	}

	@Test
	void anUnknownKeyIsNotFound() throws Exception {
		application.limit("unseen", "1/h");

		HttpResponse<String> response = application.delete("/unseen/alice");

		assertThat(response.statusCode()).isEqualTo(404);
		assertThat(response.body()).contains("Limit 'unseen' knows no key").doesNotContain("alice");
	}

	@Test
	void anUnknownLimitIsNotFound() throws Exception {
		application.limit("translate", "1/h");

		HttpResponse<String> response = application.delete("/transalte/alice");

		assertThat(response.statusCode()).isEqualTo(404);
		assertThat(response.body()).contains("Did you mean 'translate'?");
	}

	@Test
	void aTextOfSeveralKeysResetsNone() throws Exception {
		application.limit("ambiguous", "2/h");
		application.call("ambiguous", Key.of("alice"), 1);
		application.call("ambiguous", Key.of(Key.USER_KIND, "alice"), 1);

		assertThat(application.delete("/ambiguous/alice").statusCode()).isEqualTo(400);
		assertThat(application.get("/ambiguous/" + Key.of("alice").id()).statusCode()).isEqualTo(200);
		assertThat(application.get("/ambiguous/" + Key.of(Key.USER_KIND, "alice").id()).statusCode()).isEqualTo(200);
	}

	@Test
	void allLimitsCannotBeDeleted() throws Exception {
		assertThat(application.delete("").statusCode()).isEqualTo(405);
	}

	@Test
	void theModeOfOneLimitCanBeChanged() throws Exception {
		application.limit("tried-out", "1/h");
		assertThat(application.post("/tried-out", "{\"mode\":\"shadow\"}").statusCode()).isEqualTo(204);
		assertThat(application.get("/tried-out").body()).contains("\"mode\":\"shadow\"");
		application.call("tried-out", Key.of("alice"), 3);
		assertThat(application.get("/tried-out").body()).contains("\"allowed\":1,\"denied\":0,\"shadowDenied\":2,");

		assertThat(application.post("/tried-out", "{\"mode\":\"ENFORCE\",\"other\":1}").statusCode()).isEqualTo(204);
		assertThat(application.bean(RateLimiter.class).tryAcquire("tried-out", "alice").isAllowed()).isFalse();
	}

	@Test
	void theModeOfAllLimitsCanBeChanged() throws Exception {
		application.limit("one-of-all", "1/h");
		assertThat(application.post("", "{\"mode\":\"shadow\"}").statusCode()).isEqualTo(204);
		try {
			assertThat(application.get("").body()).startsWith("{\"enabled\":true,\"mode\":\"shadow\",");
			application.call("one-of-all", Key.of("alice"), 3);
			assertThat(application.get("/one-of-all").body()).contains("\"mode\":\"enforce\"",
					"\"allowed\":1,\"denied\":0,\"shadowDenied\":2,");
		}
		finally {
			assertThat(application.post("", "{\"mode\":\"enforce\"}").statusCode()).isEqualTo(204);
		}
		assertThat(application.get("").body()).startsWith("{\"enabled\":true,\"mode\":\"enforce\",");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "/stays-enforced" })
	void aRequestWithoutKnownPropertiesGetsASuggestion(String path) throws Exception {
		if (application.bean(LimitRegistry.class).find("stays-enforced").isEmpty()) {
			application.limit("stays-enforced", "1/h");
		}
		Map<String, String> reasons = Map.of("{}", "There is nothing known in the request", "{\"mod\":\"shadow\"}",
				"'mod' is not a setting. Did you mean 'mode'?", "{\"mode\":null}", "There is no change to withdraw");
		for (Map.Entry<String, String> reason : reasons.entrySet()) {
			HttpResponse<String> response = application.post(path, reason.getKey());
			assertThat(response.statusCode()).as(reason.getKey()).isEqualTo(400);
			assertThat(response.body()).contains(reason.getValue(), "\\\"shadow\\\"");
		}
		HttpResponse<String> response = application.post(path, "{\"mode\":\"shadwo\"}");
		assertThat(response.statusCode()).isEqualTo(400);
		assertThat(response.body()).contains("mode is 'shadwo'. Write enforce or shadow.");
	}

	@Test
	void theModeOfAnUnknownLimitIsNotFound() throws Exception {
		assertThat(application.post("/nobody", "{\"mode\":\"shadow\"}").statusCode()).isEqualTo(404);
	}

	@Test
	void withoutAccessThereIsNoEndpoint() throws Exception {
		try (EndpointApplication closed = EndpointApplication.start("management.endpoint.ratelimits.access=none")) {
			assertThat(closed.get("").statusCode()).isEqualTo(404);
		}
	}

}
