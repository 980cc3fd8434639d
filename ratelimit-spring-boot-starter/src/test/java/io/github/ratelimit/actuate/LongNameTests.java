package io.github.ratelimit.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits whose names are so long that the store has none for the bans of their keys. */
class LongNameTests {

	private static final String BAN = "{\"ban\":\"1h\"}";

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
	@ValueSource(ints = { 124, Limit.MAX_NAME_LENGTH })
	void keysAreNotBannedAndSettingsAreChangedAllTheSame(int length) throws Exception {
		String path = limit(length);
		HttpResponse<String> ban = application.post(path + "/alice", BAN);
		assertThat(ban.statusCode()).isEqualTo(400);
		assertThat(ban.body()).contains("cannot be banned: its name is longer than 123 characters");
		assertThat(application.post(path, "{\"rate\":\"2/h\"}").statusCode()).isEqualTo(204);
		assertThat(application.get(path).body()).contains("\"rates\":[\"2/h\"]");
	}

	@ParameterizedTest
	@ValueSource(ints = { 119, 123 })
	void keysAreBannedWhereThereIsRoomForTheName(int length) throws Exception {
		assertThat(application.post(limit(length) + "/alice", BAN).statusCode()).isEqualTo(204);
	}

	private static String limit(int length) {
		String name = "x".repeat(length);
		application.limit(name, "100/h");
		application.call(name, Key.of("alice"), 1);
		return "/" + name;
	}

}
