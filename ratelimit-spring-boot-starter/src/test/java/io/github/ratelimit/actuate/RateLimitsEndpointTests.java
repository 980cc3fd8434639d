package io.github.ratelimit.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Penalty;
import io.github.ratelimit.Rate;
import io.github.ratelimit.registry.KeySource;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitSettings;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The endpoint with its default settings, over HTTP.
 */
class RateLimitsEndpointTests {

	private static final String SECRET = "sk-proj-4f9a8b7c6d5e";

	private static final KeySource HEADER = new KeySource("header('X-API-Key')", Key.VALUE_KIND);

	private static EndpointApplication application;

	@BeforeAll
	static void start() {
		application = EndpointApplication.start();
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@Test
	void showsAllLimits() throws Exception {
		try (EndpointApplication fresh = EndpointApplication.start()) {
			fresh.limit("chat", "60/min burst 90, 5/s", HEADER, new KeySource("ip", Key.ADDRESS_KIND))
				.bindTo("POST /v1/**");
			fresh.limit("Mailer.send", "1/h").bindTo("Mailer.send(String)");
			fresh.call("chat", Key.of(SECRET), 6);
			fresh.call("chat", Key.of(Key.ADDRESS_KIND, "192.0.2.77"), 8);
			fresh.call("chat", Key.of("polite"), 2);

			HttpResponse<String> response = fresh.get("");

			assertThat(response.statusCode()).isEqualTo(200);
			assertThat(response.body()).isEqualTo("{\"enabled\":true,\"mode\":\"enforce\","
					+ "\"store\":{\"type\":\"memory\",\"status\":\"up\",\"instances\":1},\"limits\":{"
					+ "\"Mailer.send\":{\"algorithm\":\"token-bucket\",\"rates\":[\"1/h\"],\"key\":[],"
					+ "\"mode\":\"enforce\",\"boundTo\":[\"Mailer.send(String)\"],\"allowed\":0,\"denied\":0,"
					+ "\"shadowDenied\":0,\"degraded\":0,\"exempt\":0,\"trackedKeys\":0,\"busiest\":[],\"mostDenied\":[]},"
					+ "\"chat\":{\"algorithm\":\"token-bucket\",\"rates\":[\"5/s\",\"60/min burst 90\"],"
					+ "\"key\":[\"header('X-API-Key')\",\"ip\"],\"mode\":\"enforce\",\"boundTo\":[\"POST /v1/**\"],"
					+ "\"allowed\":12,\"denied\":4,\"shadowDenied\":0,\"degraded\":0,\"exempt\":0,\"trackedKeys\":3,\"busiest\":["
					+ "{\"id\":\"" + Key.of(Key.ADDRESS_KIND, "192.0.2.77").id()
					+ "\",\"key\":\"19***\",\"calls\":8,\"limit\":5,\"remaining\":0}," + "{\"id\":\""
					+ Key.of(SECRET).id() + "\",\"key\":\"sk-p***5e\",\"calls\":6,\"limit\":5,\"remaining\":0},"
					+ "{\"id\":\"" + Key.of("polite").id()
					+ "\",\"key\":\"p***\",\"calls\":2,\"limit\":5,\"remaining\":3}],\"mostDenied\":[" + "{\"id\":\""
					+ Key.of(Key.ADDRESS_KIND, "192.0.2.77").id() + "\",\"key\":\"19***\",\"denied\":3}," + "{\"id\":\""
					+ Key.of(SECRET).id() + "\",\"key\":\"sk-p***5e\",\"denied\":1}]}}}");
		}
	}

	@Test
	void showsTheAlgorithmAndThePlansOfALimit() throws Exception {
		LimitRegistry registry = application.bean(LimitRegistry.class);
		Limit window = Limit.named("window").algorithm(Algorithm.SLIDING_WINDOW).rates(Rate.parse("10/min")).build();
		registry.register(LimitSettings.of(window)
			.withPlans(Map.of("pro", window.withRates(Rate.parseAll("5/s, 60/min"))))
			.withPenalty(Penalty.parse("20 denials in 10min for 1h")), List.of());
		Limit slots = Limit.named("slots").maxConcurrent(2).build();
		registry.register(LimitSettings.of(slots)
			.withPlans(Map.of("pro", slots.withMaxConcurrent(20)))
			.withMode(LimitMode.SHADOW), List.of());

		assertThat(application.get("").body())
			.contains("\"window\":{\"algorithm\":\"sliding-window\",\"rates\":[\"10/min\"],\"key\":[],"
					+ "\"plans\":{\"pro\":{\"rates\":[\"5/s\",\"60/min\"]}},\"mode\":\"enforce\","
					+ "\"banAfter\":\"20 denials in 10min for 1h\",\"boundTo\":[]")
			.contains("\"slots\":{\"algorithm\":\"concurrency\",\"rates\":[],\"maxConcurrent\":2,\"key\":[],"
					+ "\"plans\":{\"pro\":{\"rates\":[],\"maxConcurrent\":20}},\"mode\":\"shadow\",\"boundTo\":[]");
	}

	@Test
	void theModeCannotBeChangedWithoutAccess() throws Exception {
		assertThat(application.post("", "{\"mode\":\"shadow\"}").statusCode()).isEqualTo(405);
	}

	@Test
	void showsThatTheLimiterIsDisabled() throws Exception {
		KillSwitch killSwitch = application.bean(KillSwitch.class);
		killSwitch.set(false, LimitMode.ENFORCE);
		try {
			assertThat(application.get("").body()).startsWith("{\"enabled\":false,\"mode\":\"enforce\",");
		}
		finally {
			killSwitch.set(true, LimitMode.ENFORCE);
		}
	}

	@Test
	void showsAtMostTenMostDeniedKeys() throws Exception {
		application.limit("many-denied", "1/h", HEADER);
		for (int i = 0; i < 12; i++) {
			application.call("many-denied", Key.of("caller-" + i), 2 + i);
		}

		String body = application.get("/many-denied?size=1").body();

		assertThat(findAll("\"denied\":(\\d+)", body.substring(body.indexOf("mostDenied"), body.indexOf("keys\":"))))
			.containsExactly("12", "11", "10", "9", "8", "7", "6", "5", "4", "3");
	}

	@Test
	void showsOneLimitWithItsKeys() throws Exception {
		application.limit("login", "5/15min", new KeySource("ip", Key.ADDRESS_KIND)).bindTo("/login");
		Key key = Key.of(Key.ADDRESS_KIND, "192.0.2.77");
		application.call("login", key, 6);
		Object seen = application.bean(ManualTime.class).wallTime();
		application.bean(ManualTime.class).advance(Duration.ofNanos(100_000_000_001L));

		HttpResponse<String> response = application.get("/login");

		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).isEqualTo("{\"limit\":\"login\",\"algorithm\":\"token-bucket\","
				+ "\"rates\":[\"5/15min\"],\"key\":[\"ip\"],\"mode\":\"enforce\",\"boundTo\":[\"/login\"],"
				+ "\"allowed\":5,\"denied\":1,\"shadowDenied\":0,\"degraded\":0,\"exempt\":0,\"trackedKeys\":1,\"busiest\":[{\"id\":\""
				+ key.id() + "\",\"key\":\"19***\",\"calls\":6,\"limit\":5,\"remaining\":0}],\"mostDenied\":[{\"id\":\""
				+ key.id() + "\",\"key\":\"19***\",\"denied\":1}],\"keys\":[{\"id\":\"" + key.id()
				+ "\",\"key\":\"19***\",\"limit\":5,\"remaining\":0,\"resetAfter\":800,\"allowed\":5,\"denied\":1,"
				+ "\"lastSeen\":\"" + seen + "\"}]}");
	}

	@ParameterizedTest
	@MethodSource("times")
	void resetAfterIsDecimalSeconds(String rate, Duration later, String expected) throws Exception {
		String name = "times-" + later.toNanos();
		application.limit(name, rate);
		application.call(name, Key.GLOBAL, 1);
		application.bean(ManualTime.class).advance(later);

		assertThat(application.get("/" + name + "/global").body())
			.contains(",\"resetAfter\":" + expected + ",\"allowed\":1,");
	}

	static Stream<Object[]> times() {
		return Stream.of(new Object[] { "1/min", Duration.ofMillis(1500), "58.5" },
				new Object[] { "1/min", Duration.ofNanos(59_999_999_999L), "0.001" },
				new Object[] { "1/min", Duration.ofMinutes(2), "0" },
				new Object[] { "1/10d", Duration.ofDays(1), "777600" });
	}

	@Test
	void pagesAreConsecutive() throws Exception {
		application.limit("pages", "1/h", HEADER);
		Set<String> expected = new TreeSet<>();
		for (int i = 0; i < 120; i++) {
			Key key = Key.of("caller-" + i);
			application.call("pages", key, 1);
			expected.add(key.id());
		}

		List<String> seen = new ArrayList<>();
		List<Integer> sizes = new ArrayList<>();
		String next = "";
		while (next != null) {
			String body = application.get("/pages" + (next.isEmpty() ? "" : "?after=" + next)).body();
			List<String> ids = findAll("\"id\":\"(k_[0-9a-f]{32})\"", body.substring(body.indexOf("\"keys\"")));
			sizes.add(ids.size());
			seen.addAll(ids);
			next = findAll("\"next\":\"([^\"]+)\"", body).stream().findFirst().orElse(null);
			assertThat(body).endsWith((next != null) ? "],\"next\":\"" + next + "\"}" : "]}");
		}

		assertThat(sizes).containsExactly(50, 50, 20);
		assertThat(seen).doesNotHaveDuplicates().hasSameElementsAs(expected);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 1000 })
	void theSizeBoundsThePage(int size) throws Exception {
		application.limit("size-" + size, "1/h", HEADER);
		for (int i = 0; i < 3; i++) {
			application.call("size-" + size, Key.of("caller-" + i), 1);
		}

		assertThat(findAll("\"resetAfter\"", application.get("/size-" + size + "?size=" + size).body()))
			.hasSize(Math.min(size, 3));
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "-1", "1001", "99999999999", "many", "", "1.5" })
	void anInvalidSizeIsABadRequest(String size) throws Exception {
		String name = "bad-size-" + size;
		application.limit(name, "1/h");

		HttpResponse<String> response = application.get("/" + name + "?size=" + size);

		assertThat(response.statusCode()).isEqualTo(400);
		assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
		assertThat(response.body()).isEqualTo("{\"title\":\"Bad Request\",\"status\":400,\"detail\":\"size is '" + size
				+ "'. Write a whole number from 1 to 1000, or leave it out.\"}");
	}

	@Test
	void anUnknownLimitIsNotFoundAndTheNearestNameIsSuggested() throws Exception {
		application.limit("embeddings", "1/h");

		for (String path : List.of("/embedings", "/embedings/alice")) {
			HttpResponse<String> response = application.get(path);

			assertThat(response.statusCode()).isEqualTo(404);
			assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
			assertThat(response.body()).startsWith("{\"title\":\"Not Found\",\"status\":404,\"detail\":"
					+ "\"There is no limit named 'embedings'. Did you mean 'embeddings'? ");
		}
	}

	@Test
	void aClientCanBeReadAndNotChanged() throws Exception {
		try (EndpointApplication own = EndpointApplication.start("management.endpoint.ratelimits.access=unrestricted",
				"ratelimit.clients.openai.match=https://api.openai.com/**")) {
			assertThat(own.get("/openai").statusCode()).isEqualTo(200);
			for (HttpResponse<String> response : List.of(own.post("/openai", "{\"mode\":\"shadow\"}"),
					own.post("/openai/k_1", "{\"ban\":\"1h\"}"), own.delete("/openai"), own.delete("/openai/k_1"))) {
				assertThat(response.statusCode()).isEqualTo(404);
				assertThat(response.body()).contains("'openai' is a client of ratelimit.clients. It can be read");
			}
		}
	}

	@Test
	void anUnknownKeyIsNotFoundAndNotRepeated() throws Exception {
		application.limit("unseen", "1/h", HEADER);
		application.call("unseen", Key.of("somebody else"), 1);

		for (String path : List.of("/unseen/" + SECRET, "/unseen/" + Key.of(SECRET).id())) {
			HttpResponse<String> response = application.get(path);

			assertThat(response.statusCode()).isEqualTo(404);
			assertThat(response.body())
				.startsWith("{\"title\":\"Not Found\",\"status\":404,\"detail\":\"Limit 'unseen'")
				.doesNotContain(SECRET, Key.of(SECRET).id());
		}
		assertThat(application.get("/unseen").body()).contains("\"trackedKeys\":1");
	}

	@Test
	void theLimitOfAMethodIsFoundByItsName() throws Exception {
		application.limit("Mailer.send", "10/min");

		assertThat(application.get("/Mailer.send").body()).startsWith("{\"limit\":\"Mailer.send\",");
	}

	@ParameterizedTest
	@MethodSource("keys")
	void aKeyIsFoundByItsIdAndByItsText(Key key, String text) throws Exception {
		String name = "found-" + key.id();
		application.limit(name, "10/min", new KeySource("claim('tenant')", "tenant"));
		application.call(name, Key.of("somebody else"), 1);
		application.call(name, key, 3);

		String expected = "{\"id\":\"" + key.id() + "\",\"key\":\"" + key.masked()
				+ "\",\"limit\":10,\"remaining\":7,\"resetAfter\":18,\"allowed\":3,\"denied\":0,\"lastSeen\":\""
				+ application.bean(ManualTime.class).wallTime() + "\"}";
		assertThat(application.get("/" + name + "/" + key.id()).body()).isEqualTo(expected);
		assertThat(application.get("/" + name + "/" + encoded(text)).body()).isEqualTo(expected);
	}

	static Stream<Object[]> keys() {
		return Stream.of(new Object[] { Key.of(SECRET), SECRET },
				new Object[] { Key.of(Key.ADDRESS_KIND, "192.0.2.7"), "192.0.2.7" },
				new Object[] { Key.of(Key.ADDRESS_KIND, "2001:db8::1"), "2001:db8::1" },
				new Object[] { Key.of(Key.USER_KIND, "jürgen möller"), "jürgen möller" },
				new Object[] { Key.of("tenant", "a+b"), "a+b" }, new Object[] { Key.GLOBAL, "global" },
				new Object[] { Key.of("x".repeat(500)), "x".repeat(500) });
	}

	@ParameterizedTest
	@MethodSource("keys")
	void aKeyIsSearchedForByItsIdAndByItsText(Key key, String text) throws Exception {
		String name = "search-" + key.id();
		application.limit(name, "10/min", new KeySource("claim('tenant')", "tenant"));
		application.call(name, Key.of("somebody else"), 1);
		application.call(name, key, 3);

		for (String search : List.of(key.id(), text, " " + text + " ")) {
			String body = application.get("/" + name + "?search=" + encoded(search)).body();

			assertThat(body).containsPattern(",\"allowed\":3,\"denied\":0,\"lastSeen\":\"[^\"]+\"}]}$");
			assertThat(findAll("\"id\":\"(k_[0-9a-f]{32})\"", body.substring(body.indexOf("\"keys\""))))
				.containsExactly(key.id());
		}
	}

	@Test
	void aSearchShowsAllKeysOfATextAndNoneOfAnUnknownOne() throws Exception {
		application.limit("search-several", "10/min", HEADER, new KeySource("ip", Key.ADDRESS_KIND));
		application.call("search-several", Key.of("192.0.2.7"), 1);
		application.call("search-several", Key.of(Key.ADDRESS_KIND, "192.0.2.7"), 1);

		assertThat(findAll("\"lastSeen\"", application.get("/search-several?search=192.0.2.7").body())).hasSize(2);
		for (String unknown : List.of("192.0.2.", SECRET, Key.of(SECRET).id(), "")) {
			HttpResponse<String> response = application.get("/search-several?search=" + unknown);
			assertThat(response.statusCode()).isEqualTo(200);
			assertThat(response.body()).endsWith("\"keys\":[]}");
		}
	}

	@Test
	void theCountsOfTheLastMinutesAreShownIfTheyAreAskedFor() throws Exception {
		application.limit("recent", "2/h");
		application.call("recent", Key.GLOBAL, 5);
		application.bean(RecentCounts.class).fiveSecondsPassed();
		application.bean(RecentCounts.class).fiveSecondsPassed();

		assertThat(application.get("?history=true").body()).contains("\"history\":{\"seconds\":5,\"limits\":{")
			.containsPattern("\"recent\":\\{\"allowed\":\\[[0,]*2,0[,0]*],\"denied\":\\[[0,]*3,0[,0]*]}");
		assertThat(application.get("").body()).doesNotContain("history");
		assertThat(application.get("?history=false").body()).doesNotContain("history");
		assertThat(application.get("?history=1").body()).contains("\"history\":{");
		HttpResponse<String> wrong = application.get("?history=maybe");
		assertThat(wrong.statusCode()).isEqualTo(400);
		assertThat(wrong.body()).isEqualTo("{\"title\":\"Bad Request\",\"status\":400,\"detail\":"
				+ "\"history is 'maybe'. Write true or false, or leave it out.\"}");
	}

	@Test
	void aTextOfSeveralKeysIsABadRequestThatListsTheirIds() throws Exception {
		application.limit("ambiguous", "10/min", HEADER, new KeySource("ip", Key.ADDRESS_KIND));
		Key claimed = Key.of("192.0.2.7");
		Key real = Key.of(Key.ADDRESS_KIND, "192.0.2.7");
		application.call("ambiguous", claimed, 1);
		application.call("ambiguous", real, 2);

		HttpResponse<String> response = application.get("/ambiguous/192.0.2.7");

		assertThat(response.statusCode()).isEqualTo(400);
		assertThat(response.body())
			.isEqualTo("{\"title\":\"Bad Request\",\"status\":400,\"detail\":\"Several keys of limit 'ambiguous' have"
					+ " this text: " + claimed.id() + " (value), " + real.id()
					+ " (ip). Write the id of the one that you mean.\"}");
		assertThat(application.get("/ambiguous/" + real.id()).body()).contains("\"remaining\":8");
	}

	@Test
	void anIdTakesPrecedenceOverATextThatLooksLikeIt() throws Exception {
		application.limit("look-alike", "10/min", HEADER);
		Key key = Key.of(SECRET);
		Key impostor = Key.of(key.id());
		application.call("look-alike", impostor, 1);
		assertThat(application.get("/look-alike/" + key.id()).body()).contains(impostor.id());

		application.call("look-alike", key, 1);
		assertThat(application.get("/look-alike/" + key.id()).body()).contains("\"id\":\"" + key.id());
	}

	@Test
	void aResetIsNotAllowedByDefault() throws Exception {
		application.limit("read-only", "10/min", HEADER);
		application.call("read-only", Key.of(SECRET), 4);

		assertThat(application.delete("/read-only/" + Key.of(SECRET).id()).statusCode()).isEqualTo(405);
		assertThat(application.get("/read-only/" + Key.of(SECRET).id()).body()).contains("\"remaining\":6");
	}

	@Test
	void keysAreNeverShownUnmasked() throws Exception {
		List<String> secrets = List.of(SECRET, "Bearer eyJhbGciOi.JIUzI1NiJ9.c2VjcmV0", "user@example.com",
				"192.0.2.244", "line\nbreak\"quote", "x7q!", "y".repeat(300));
		application.limit("secrets", "1/h", HEADER);
		StringBuilder everything = new StringBuilder();
		for (String secret : secrets) {
			for (String kind : List.of(Key.VALUE_KIND, Key.ADDRESS_KIND, Key.USER_KIND, "tenant")) {
				application.call("secrets", Key.of(kind, secret), 2);
				everything.append(application.get("/secrets/" + Key.of(kind, secret).id()).body());
			}
			Key composed = Key.composed(List.of(Key.of(Key.USER_KIND, "me"), Key.of(secret)));
			application.call("secrets", composed, 2);
			everything.append(application.get("/secrets/" + composed.id()).body());
			if (secret.indexOf('\n') < 0) {
				everything.append(application.get("/secrets/" + encoded(secret)).body());
			}
		}
		everything.append(application.get("").body());
		everything.append(application.get("/secrets").body());

		assertThat(findAll("\"resetAfter\"", everything.toString())).hasSize(2 * 5 * secrets.size());
		for (String secret : secrets) {
			assertThat(everything).doesNotContain(secret);
			if (secret.length() >= 11) {
				assertThat(everything).doesNotContain(secret.substring(4, 8));
			}
		}
		assertThat(everything).doesNotContain("\n", "\\n", "\\\"");
	}

	private static String encoded(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
	}

	private static List<String> findAll(String pattern, String text) {
		return Pattern.compile(pattern)
			.matcher(text)
			.results()
			.map((MatchResult found) -> found.group(found.groupCount()))
			.toList();
	}

}
