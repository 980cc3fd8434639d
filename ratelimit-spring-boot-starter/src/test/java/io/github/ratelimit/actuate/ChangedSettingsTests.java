package io.github.ratelimit.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.actuate.RequestBodyAdvisor.RequestBody;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties;
import io.github.ratelimit.event.LimitChangedEvent;
import io.github.ratelimit.registry.KeySource;
import io.github.ratelimit.registry.LimitChange;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.memory.MemoryStore;
import java.lang.reflect.RecordComponent;
import java.net.http.HttpResponse;
import java.security.Principal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;

/** Settings that are changed through the endpoint, bans and resets. */
class ChangedSettingsTests {

	private static EndpointApplication application;

	private static Events events;

	private static int limits;

	/** A limit of each test's own. */
	private final String name = "limit-" + limits++;

	@BeforeAll
	static void start() {
		application = EndpointApplication.start(WithEvents.class, "management.endpoint.ratelimits.access=unrestricted");
		events = application.bean(Events.class);
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@BeforeEach
	void forgetEvents() {
		events.all.clear();
	}

	@Test
	void aRateHoldsForTheNextCallAndWhatDiffersIsShown() throws Exception {
		application.limit(this.name, "2/h");
		assertThat(allowed("alice", 5)).isEqualTo(2);

		assertThat(change("{\"rate\":\"6/h, 100/d\"}").statusCode()).isEqualTo(204);

		assertThat(allowed("bob", 9)).isEqualTo(6);
		assertThat(shown()).contains("\"rates\":[\"6/h\",\"100/d\"]",
				"\"changed\":{\"rate\":{\"configured\":\"2/h\",\"value\":\"6/h, 100/d\"}}");
		assertThat(application.get("").body()).contains("\"changed\":{\"rate\"");
		assertThat(events.all).singleElement()
			.satisfies((event) -> assertThat(event)
				.extracting(LimitChangedEvent::limit, LimitChangedEvent::settings, LimitChangedEvent::origin,
						LimitChangedEvent::by)
				.containsExactly(this.name, List.of(new LimitChange.Setting("rate", "2/h", "6/h, 100/d")),
						LimitChange.Origin.ENDPOINT, null));

		assertThat(change("{\"rate\":null}").statusCode()).isEqualTo(204);
		assertThat(shown()).contains("\"rates\":[\"2/h\"]").doesNotContain("changed");
		assertThat(events.all).last()
			.extracting(LimitChangedEvent::settings)
			.isEqualTo(List.of(new LimitChange.Setting("rate", "6/h, 100/d", "2/h")));
	}

	/** As curl does: another operation would answer where media types differ. */
	@Test
	void aClientThatAcceptsAnythingGetsTheSame() throws Exception {
		application.limit(this.name, "2/h");
		assertThat(change("{\"rate\":\"6/h\"}").statusCode()).isEqualTo(204);
		HttpResponse<String> wrong = application.postAcceptingAnything("/" + this.name, "{\"rate\":\"6/x\"}");
		assertThat(wrong.body()).startsWith("{\"title\":\"Bad Request\",\"status\":400,");
		assertThat(application.postAcceptingAnything("/" + this.name, "{\"rate\":null}").statusCode()).isEqualTo(204);
		assertThat(shown()).contains("\"rates\":[\"2/h\"]");
		assertThat(application.postAcceptingAnything("", "{\"enabled\":null}").body())
			.startsWith("{\"title\":\"Bad Request\",\"status\":400,");
	}

	@Test
	void aSettingThatIsAsConfiguredAgainIsNoDifference() throws Exception {
		application.limit(this.name, "60/min");
		assertThat(change("{\"rate\":\"5/s\"}").statusCode()).isEqualTo(204);
		assertThat(change("{\"rate\":\"60/60s\"}").statusCode()).isEqualTo(204);
		assertThat(shown()).doesNotContain("changed");
		assertThat(change("{\"rate\":null}").statusCode()).as("nothing to withdraw").isEqualTo(400);
	}

	@Test
	void aBurstIsThatOfTheRate() throws Exception {
		application.limit(this.name, "60/min");
		assertThat(change("{\"burst\":90}").statusCode()).isEqualTo(204);
		assertThat(shown()).contains("\"rates\":[\"60/min burst 90\"]");
		assertThat(change("{\"rate\":\"5/s\",\"burst\":7}").statusCode()).isEqualTo(204);
		assertThat(shown()).contains("\"rates\":[\"5/s burst 7\"]");
		assertThat(change("{\"rate\":\"5/s, 60/min\",\"burst\":7}").body())
			.contains("has 2 rates. Write it with its rate: {\\\"rate\\\": \\\"60/min burst 90\\\"}.");
	}

	@Test
	void aBurstIsWithdrawnWithoutItsRate() throws Exception {
		application.limit(this.name, "60/min");
		assertThat(change("{\"burst\":null}").statusCode()).as("nothing to withdraw").isEqualTo(400);
		assertThat(change("{\"rate\":\"10/min burst 90\"}").statusCode()).isEqualTo(204);
		assertThat(change("{\"burst\":null}").statusCode()).isEqualTo(204);
		assertThat(shown()).contains("\"rates\":[\"10/min\"]");
		assertThat(change("{\"rate\":null,\"burst\":null}").statusCode()).isEqualTo(204);
		assertThat(shown()).contains("\"rates\":[\"60/min\"]").doesNotContain("changed");
	}

	@Test
	void aBurstThatIsWithdrawnIsThatOfTheConfiguration() throws Exception {
		application.limit(this.name, "60/min burst 90");
		assertThat(change("{\"burst\":200}").statusCode()).isEqualTo(204);
		assertThat(change("{\"burst\":null}").statusCode()).isEqualTo(204);
		assertThat(shown()).contains("\"rates\":[\"60/min burst 90\"]").doesNotContain("changed");
		assertThat(change("{\"rate\":\"10/min\"}").statusCode()).isEqualTo(204);
		assertThat(change("{\"burst\":null}").statusCode()).isEqualTo(204);
		assertThat(shown()).contains("\"rates\":[\"10/min burst 90\"]");
		assertThat(change("{\"rate\":\"5/s, 60/min\"}").statusCode()).isEqualTo(204);
		assertThat(change("{\"burst\":null}").body()).contains("burst is null, and limit", "has 2 rates");
	}

	@Test
	void aBurstBesideAWithdrawnRateIsThatOfTheConfiguredRate() throws Exception {
		application.limit(this.name, "60/min");
		assertThat(change("{\"rate\":\"5/s\"}").statusCode()).isEqualTo(204);
		assertThat(change("{\"rate\":null,\"burst\":90}").statusCode()).isEqualTo(204);
		assertThat(shown()).contains("\"rates\":[\"60/min burst 90\"]");
	}

	@Test
	void aNumberOfSlotsChanges() throws Exception {
		Limit slots = Limit.named(this.name).maxConcurrent(1).build();
		application.bean(LimitRegistry.class).register(slots, List.of());
		assertThat(allowed("alice", 3)).isEqualTo(1);
		assertThat(change("{\"max-concurrent\":3}").statusCode()).isEqualTo(204);
		assertThat(allowed("alice", 5)).isEqualTo(2);
		assertThat(shown()).contains("\"maxConcurrent\":3",
				"\"max-concurrent\":{\"configured\":\"1\",\"value\":\"3\"}");
	}

	@Test
	void plansChangeByTheirNames() throws Exception {
		Limit free = Limit.of(this.name, Rate.parse("1/h"));
		RegisteredLimit registered = application.bean(LimitRegistry.class)
			.register(LimitSettings.of(free).withPlans(Map.of("pro", free.withRates(List.of(Rate.parse("2/h"))))),
					List.of());
		assertThat(change("{\"plans.pro\":\"5/h\",\"plans.Tier: gold\":\"9/h\"}").statusCode()).isEqualTo(204);
		assertThat(registered.settings().plans()).extractingByKeys("pro", "Tier: gold")
			.extracting(Limit::capacity)
			.containsExactly(5L, 9L);
		assertThat(change("{\"plans.pro\":null}").statusCode()).isEqualTo(204);
		assertThat(registered.settings().plans().get("pro").capacity()).isEqualTo(2);
		assertThat(change("{\"plans\":\"pro=5/h\"}").body()).contains("Write each plan by its name");
		assertThat(change("{\"plans.PRO\":\"5/h\"}").body())
			.contains("'plans.PRO' is another spelling of the plan 'pro'");
		assertThat(registered.settings().plans()).containsOnlyKeys("pro", "Tier: gold");
	}

	@Test
	void aPenaltyBegins() throws Exception {
		application.limit(this.name, "1/h");
		assertThat(change("{\"ban-after\":\"2 denials in 1min for 1h\"}").statusCode()).isEqualTo(204);
		assertThat(allowed("alice", 4)).isEqualTo(1);
		assertThat(application.bean(RateLimiter.class).tryAcquire(this.name, "alice").limits().get(0).isBanned())
			.isTrue();
		assertThat(change("{\"banAfter\":\"none\"}").statusCode()).isEqualTo(204);
		assertThat(shown()).doesNotContain("banAfter", "changed");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			{"rate":"5/x"}                         | Rate '5/x' has
			{"rate":"5/s","mode":"off"}            | mode is 'off'. Write enforce or shadow.
			{"mode":"shadow","rate":"0/s"}         | has 0 as its permits
			{"rate":"5/s","brust":"3"}             | 'brust' is not a setting. Did you mean 'burst'?
			{"max-concurrent":"3"}                 | has rates. Give it another rate
			{"plans.pro":"600/min"}                | has no plans, so no call is on the plan 'pro'
			{"ban-after":"often"}                  | Write <number> denials in <period> for <period>
			{"burst":"many"}                       | burst is 'many'. Write how many permits can be saved up
			{}                                     | There is nothing known in the request. Write {
			{"rates":"5/s"}                        | 'rates' is not a setting. Did you mean 'rate'?
			{"colour":"red"}                       | There is nothing known in the request. Write {
			{"cost":"3"}                           | 'cost' cannot be changed here. Change it in the configuration
			{"rate":"5/s","max_wait":"2s"}         | 'max_wait' cannot be changed here. Change it in the configuration
			{"rate":"5/s","key":"user"}            | 'key' cannot be changed here. Change it in the configuration
			""")
	void aChangeIsMadeAsAWholeOrNotAtAll(String json, String reason) throws Exception {
		RegisteredLimit limit = application.limit(this.name, "2/h");
		LimitSettings before = limit.settings();

		HttpResponse<String> response = change(json);

		assertThat(response.statusCode()).isEqualTo(400);
		assertThat(response.body().replace("\\\"", "\"")).contains(reason);
		assertThat(limit.settings()).isSameAs(before);
		assertThat(events.all).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("propertiesOfLimits")
	void eachPropertyOfALimitIsASettingOrRefused(String property) throws Exception {
		application.limit(this.name, "2/h");
		HttpResponse<String> response = change("{\"mode\":\"shadow\",\"" + property + "\":\"?\"}");
		assertThat(response.statusCode()).isEqualTo(400);
		assertThat(response.body()).doesNotContain("is not a setting");
	}

	static Stream<String> propertiesOfLimits() {
		return Arrays.stream(RateLimitProperties.LimitProperties.class.getRecordComponents())
			.map(RecordComponent::getName)
			.filter((name) -> !name.equals("mode"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "limit", "rate", "plans.pro", "key", "ban-after" })
	void aRequestForAllLimitsThatIsAboutOneIsRefused(String name) throws Exception {
		HttpResponse<String> response = application.post("", "{\"enabled\":false,\"" + name + "\":\"x\"}");
		assertThat(response.statusCode()).isEqualTo(400);
		assertThat(response.body()).contains("'" + name + "' is about one limit, and the request about all. Send it to "
				+ "/actuator/ratelimits/{limit}.");
	}

	@Test
	void aRequestForOneLimitThatIsAboutAllIsRefused() throws Exception {
		application.limit(this.name, "1/h");
		HttpResponse<String> response = change("{\"mode\":\"shadow\",\"enabled\":false}");
		assertThat(response.statusCode()).isEqualTo(400);
		assertThat(response.body())
			.contains("'enabled' is about all limits, and the request about one. Send it to /actuator/ratelimits,");
	}

	@Test
	void aMessageAboutABurstHasTheRateAsItIsWritten() throws Exception {
		application.limit(this.name, "20/h");
		assertThat(change("{\"burst\":-1}").body()).contains("Rate '20/h burst -1' has -1 as its burst.");
	}

	@Test
	void allLimitsAreSwitchedOffAndOn() throws Exception {
		application.limit(this.name, "1/h");
		assertThat(application.post("", "{\"enabled\":false}").statusCode()).isEqualTo(204);
		try {
			assertThat(allowed("alice", 3)).isEqualTo(3);
			assertThat(application.get("").body()).startsWith("{\"enabled\":false,")
				.contains("\"changed\":{\"enabled\":{\"configured\":\"true\",\"value\":\"false\"}}");
			assertThat(application.post("", "{\"enabled\":\"no\"}").body())
				.contains("enabled is 'no'. Write true or false");
		}
		finally {
			assertThat(application.post("", "{\"enabled\":null}").statusCode()).isEqualTo(204);
		}
		assertThat(allowed("alice", 3)).isEqualTo(1);
		assertThat(application.get("").body()).startsWith("{\"enabled\":true,");
	}

	@ParameterizedTest
	@CsvSource({ "true", "false" })
	void aKeyIsBannedAndNotAnyMore(boolean byId) throws Exception {
		application.limit(this.name, "100/h", new KeySource("header('X-API-Key')", Key.VALUE_KIND));
		application.call(this.name, Key.of("alice"), 1);
		application.call(this.name, Key.of("bob"), 1);
		String path = "/" + this.name + "/" + (byId ? Key.of("alice").id() : "alice");

		assertThat(application.post(path, "{\"ban\":\"1h\"}").statusCode()).isEqualTo(204);
		assertThat(allowed("alice", 3)).isZero();
		assertThat(allowed("bob", 3)).isEqualTo(3);
		assertThat(shown()).doesNotContain("changed");
		assertThat(events.all).last().satisfies((event) -> {
			assertThat(event.key()).isNotNull()
				.extracting("id", "masked")
				.containsExactly(Key.of("alice").id(), "a***");
			assertThat(event.settings()).containsExactly(new LimitChange.Setting("ban", null, "1h"));
		});

		application.bean(ManualTime.class).advance(Duration.ofMinutes(59));
		assertThat(allowed("alice", 1)).isZero();
		assertThat(application.post(path, "{\"ban\":null}").statusCode()).isEqualTo(204);
		assertThat(allowed("alice", 3)).isEqualTo(3);
	}

	@ParameterizedTest
	@ValueSource(strings = { "reset", "reset all", "end the ban" })
	void refusalsBeforeAResetOrTheEndOfABanDoNotCountForAnotherBan(String what) throws Exception {
		application.limit(this.name, "1/h");
		assertThat(change("{\"ban-after\":\"3 denials in 1h for 1h\"}").statusCode()).isEqualTo(204);
		boolean isBan = what.equals("end the ban");
		assertThat(allowed("alice", isBan ? 5 : 3)).isEqualTo(1);

		String path = "/" + this.name + "/alice";
		HttpResponse<String> done = isBan ? application.post(path, "{\"ban\":null}")
				: application.delete(what.equals("reset") ? path : "/" + this.name);
		assertThat(done.statusCode()).isEqualTo(204);
		assertThat(allowed("alice", isBan ? 0 : 1)).isEqualTo(isBan ? 0 : 1);

		for (int refusal = 0; refusal < 2; refusal++) {
			Decision refused = application.bean(RateLimiter.class).tryAcquire(this.name, "alice");
			assertThat(refused.isAllowed()).isFalse();
			assertThat(refused.limits().get(0).isBanned()).isFalse();
		}
	}

	@Test
	void aResetForgetsTheRefusalsOfAKeyThatHasAllItsPermits() throws Exception {
		application.limit(this.name, "1/s");
		assertThat(change("{\"ban-after\":\"3 denials in 1h for 1h\"}").statusCode()).isEqualTo(204);
		String path = "/" + this.name + "/alice";
		assertThat(application.delete(path).statusCode()).isEqualTo(404);
		assertThat(allowed("alice", 3)).isEqualTo(1);
		application.bean(ManualTime.class).advance(Duration.ofMinutes(5));
		application.bean(MemoryStore.class).sweep();

		assertThat(application.delete(path).statusCode()).isEqualTo(204);
		assertThat(allowed("alice", 3)).isEqualTo(1);
		assertThat(application.bean(RateLimiter.class).tryAcquire(this.name, "alice").limits().get(0).isBanned())
			.isFalse();
		assertThat(events.all).last().satisfies((event) -> assertThat(event.key()).isNotNull());
	}

	@Test
	void whatCannotBeBannedIsNot() throws Exception {
		application.limit(this.name, "100/h");
		application.call(this.name, Key.GLOBAL, 1);
		application.call(this.name, Key.of("alice"), 1);
		assertThat(application.post("/" + this.name + "/nobody", "{\"ban\":\"1h\"}").statusCode()).isEqualTo(404);
		assertThat(application.post("/" + this.name + "/nobody", "{\"ban\":null}").statusCode()).isEqualTo(404);
		assertThat(application.post("/nowhere/alice", "{\"ban\":\"1h\"}").statusCode()).isEqualTo(404);
		assertThat(application.post("/" + this.name + "/global", "{\"ban\":\"1h\"}").body())
			.contains("a ban would refuse all callers");
		assertThat(application.post("/" + this.name + "/alice", "{\"ban\":\"forever\"}").body())
			.contains("ban is 'forever'. Write for how long the key is banned, such as 30min or 1h");
		assertThat(application.post("/" + this.name + "/alice", "{\"ban\":\"1h burst 5\"}").body())
			.contains("ban is '1h burst 5'. Write for how long the key is banned");
		assertThat(application.post("/" + this.name + "/alice", "{\"rate\":\"1/s\"}").body())
			.contains("There is nothing known in the request.");
		assertThat(allowed("alice", 1)).isEqualTo(1);
	}

	@Test
	void allKeysAreReset() throws Exception {
		application.limit(this.name, "1/h");
		assertThat(allowed("alice", 2) + allowed("bob", 2)).isEqualTo(2);
		assertThat(application.delete("/" + this.name).statusCode()).isEqualTo(204);
		assertThat(allowed("alice", 2) + allowed("bob", 2)).isEqualTo(2);
		assertThat(application.delete("/nowhere").statusCode()).isEqualTo(404);
		assertThat(application.delete("").statusCode()).isEqualTo(405);
	}

	@Test
	void theEventTellsWhoMadeTheChange() {
		application.limit(this.name, "1/h");
		SecurityContext admin = new SecurityContext() {

			@Override
			public Principal getPrincipal() {
				return () -> "admin";
			}

			@Override
			public boolean isUserInRole(String role) {
				return true;
			}

		};
		application.bean(RateLimitsEndpointWebExtension.class)
			.change(admin, this.name, new RequestBody(Map.of("rate", "2/h")));
		assertThat(events.all).singleElement().extracting(LimitChangedEvent::by).isEqualTo("admin");
	}

	private HttpResponse<String> change(String json) throws Exception {
		return application.post("/" + this.name, json);
	}

	private String shown() throws Exception {
		return application.get("/" + this.name).body();
	}

	private int allowed(String key, int calls) {
		int allowed = 0;
		for (int i = 0; i < calls; i++) {
			allowed += application.bean(RateLimiter.class).tryAcquire(this.name, key).isAllowed() ? 1 : 0;
		}
		return allowed;
	}

	static class WithEvents extends EndpointApplication.Store {

		@Bean
		Events events() {
			return new Events();
		}

	}

	static class Events {

		private final List<LimitChangedEvent> all = new CopyOnWriteArrayList<>();

		@EventListener
		void changed(LimitChangedEvent event) {
			this.all.add(event);
		}

	}

}
