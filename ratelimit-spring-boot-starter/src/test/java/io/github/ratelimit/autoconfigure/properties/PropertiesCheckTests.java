package io.github.ratelimit.autoconfigure.properties;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.autoconfigure.RateLimitAutoConfiguration;
import io.github.ratelimit.autoconfigure.StartUp;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.memory.MemoryStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Properties that are unknown, invalid, or have no effect. */
@ExtendWith(OutputCaptureExtension.class)
class PropertiesCheckTests {

	private static final String HAS_NO_EFFECT = "has no effect";

	@Test
	void everyKnownPropertyIsAccepted(CapturedOutput output) {
		StartUp.of("""
				ratelimit:
				  enabled: true
				  mode: enforce
				  plan-ttl: 30s
				  store: redis
				  on-store-failure: allow
				  memory:
				    max-keys-per-limit: 1000
				  redis:
				    key-prefix: chat-api
				    deadline: 30ms
				    slot-lease: 20s
				  limits:
				    chat:
				      rate: [5/s, 60/min burst 90]
				      key: [header('X-API-Key'), ip]
				      cost: 2
				      on-missing-key: deny
				      algorithm: token-bucket
				      max-debt: none
				      ban-after: 20 denials in 10min for 1h
				      mode: shadow
				      unit: requests
				      plan: claim('plan')
				      plans:
				        pro: [50/s, 600/min]
				        "[Tier: gold]": 6000/min
				        free-tier: 5/min
				      unless: hasRole('OPS') or inSubnet('10.0.0.0/8')
				      hide-headers: true
				      on-store-failure: deny
				    everyone:
				      rate: 1000/min
				      key: global
				      lease: 100ms
				    smooth:
				      rate: 10/s
				      key: ip
				      max-wait: 2s
				      max-waiting: 5
				    window:
				      rate: 10/min
				      key: ip
				      algorithm: sliding-window
				      segments: 10
				    slots:
				      max-concurrent: 10
				      key: ip
				  http:
				    headers: x-ratelimit, draft-11
				    body: problem
				    ipv6-prefix: 56
				    rules:
				      - path: /v1/**
				        methods: [GET, POST]
				        limits: chat
				        body: openai
				        unless: hasAuthority('SCOPE_internal')
				        when: after-security
				""").with(SharedStore.class).succeeds((context) -> assertThat(output).doesNotContain(HAS_NO_EFFECT));
	}

	@ParameterizedTest
	@ValueSource(strings = { "ratelimit.memory.maxKeysPerLimit=9", "ratelimit.memory.max_keys_per_limit=9",
			"rate-limit.memory.max-keys-per-limit=9", "RateLimit.Memory.MaxKeysPerLimit=9",
			"ratelimit.redis.keyPrefix=x", "ratelimit.redis.key_prefix=x", "ratelimit.http.rules[0].path=/v1",
			"ratelimit.http.methods-of-nobody.x=1" })
	void relaxedSpellingsAreAccepted(String property, CapturedOutput output) {
		boolean unknown = property.contains("nobody");
		StartUp.of("ratelimit.store: redis")
			.property(property)
			.with(SharedStore.class)
			.succeeds((context) -> assertThat(output.toString().contains(HAS_NO_EFFECT)).isEqualTo(unknown));
	}

	@ParameterizedTest
	@ValueSource(strings = { "RATELIMIT_ENABLED", "RATELIMIT_HTTP_HIDE", "RATELIMIT_MEMORY_MAXKEYSPERLIMIT",
			"RATELIMIT_MEMORY_MAX_KEYS_PER_LIMIT", "RATELIMIT_HTTP_IPV6PREFIX", "RATELIMIT_HTTP_IPV6_PREFIX",
			"RATELIMIT_REDIS_KEY_PREFIX", "RATELIMIT_REDIS_DEADLINE", "RATELIMIT_REDIS_SLOTLEASE", "RATELIMIT_PLAN_TTL",
			"RATELIMIT_ONSTOREFAILURE", "RATELIMIT_ON_STORE_FAILURE" })
	void environmentVariablesAreAcceptedInBothSpellings(String name, CapturedOutput output) {
		boolean unknown = name.endsWith("HIDE");
		String value = name.endsWith("ENABLED") ? "true"
				: (name.endsWith("FAILURE") ? "deny" : (name.endsWith("LEASE") ? "20s" : "32"));
		StartUp.of("ratelimit.store: redis")
			.variable(name, value)
			.with(SharedStore.class)
			.succeeds((context) -> assertThat(output.toString().contains(HAS_NO_EFFECT)).isEqualTo(unknown));
	}

	@Test
	void anUnknownPropertyOfALimitIsNamedWithItsOriginAndTheNearestName(CapturedOutput output) {
		StartUp.ofLimit("rate: 5/s", "key: ip", "hide-header: true")
			.succeeds((context) -> assertThat(output)
				.contains("Property 'ratelimit.limits.chat.hide-header' (Byte array resource [file-0.yml] - 6:20) "
						+ "has no effect. Did you mean 'ratelimit.limits.chat.hide-headers'?"));
	}

	@ParameterizedTest
	@CsvSource({ "ratelimit.limit.chat.rate, ratelimit.limits.chat.rate", "ratelimit.enabeld, ratelimit.enabled",
			"ratelimit.memory.max-keys, ratelimit.memory.max-keys-per-limit",
			"ratelimit.http.header, ratelimit.http.headers" })
	void anUnknownPropertyGetsASuggestion(String unknown, String meant, CapturedOutput output) {
		StartUp.of("")
			.property(unknown + "=1")
			.succeeds((context) -> assertThat(output).contains("Property '" + unknown + "' (\"" + unknown
					+ "\" from property source \"test\") " + "has no effect. Did you mean '" + meant + "'?"));
	}

	@Test
	void anUnknownPropertyOfARuleGetsASuggestion(CapturedOutput output) {
		StartUp.of("""
				ratelimit:
				  http:
				    rules:
				      - path: /v1/**
				        method: POST
				""")
			.succeeds((context) -> assertThat(output)
				.contains("'ratelimit.http.rules[0].method' (Byte array resource [file-0.yml] - 5:17) "
						+ "has no effect. Did you mean 'ratelimit.http.rules[0].methods'?"));
	}

	@Test
	void anUnknownPropertyWithoutANearNameListsTheKnownNames(CapturedOutput output) {
		StartUp.of("")
			.property("ratelimit.memory.foo=1")
			.succeeds((context) -> assertThat(output)
				.contains("has no effect. Below 'ratelimit.memory' there can be max-keys-per-limit."));
	}

	@Test
	void aPropertyBelowAValueIsReportedAsImpossible(CapturedOutput output) {
		StartUp.ofLimit("rate: 5/s", "key: ip", "cost:", "  foo: 1")
			.succeeds((context) -> assertThat(output).contains("'ratelimit.limits.chat.cost.foo'",
					"Nothing can stand below 'ratelimit.limits.chat.cost'."));
	}

	@Test
	void theSameUnknownPropertyInTwoFilesIsAWarningForEach(CapturedOutput output) {
		StartUp.of("ratelimit.foo: 1")
			.file("ratelimit.foo: 2")
			.succeeds((context) -> assertThat(output.toString().split(HAS_NO_EFFECT, -1)).hasSize(3));
	}

	@Test
	void anUnknownPropertyIsOneWarningEvenIfBootHasASecondViewOfAllSources(CapturedOutput output) {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.run("--ratelimit.foo=1").close();
		assertThat(output.toString().split("'ratelimit.foo'", -1)).hasSize(2);
	}

	@Test
	void aMisspeltEnvironmentVariableGetsASuggestion(CapturedOutput output) {
		StartUp.of("")
			.variable("RATELIMIT_MEMORY_MAX_KEYS", "1")
			.succeeds((context) -> assertThat(output).contains(
					"Property 'RATELIMIT_MEMORY_MAX_KEYS' (System Environment Property \"RATELIMIT_MEMORY_MAX_KEYS\") "
							+ "has no effect. Did you mean 'RATELIMIT_MEMORY_MAXKEYSPERLIMIT'?"));
	}

	@ParameterizedTest
	@CsvSource({ "RATELIMIT_LIMTS_CHAT_RATE, RATELIMIT_LIMITS_CHAT_RATE",
			"RATELIMIT_HTTP_RULE_0_PATH, RATELIMIT_HTTP_RULES_0_PATH", "RATELIMIT_STOER, RATELIMIT_STORE" })
	void aMisspeltGroupInAnEnvironmentVariableIsSuggestedWithWhatIsBelow(String wrong, String meant,
			CapturedOutput output) {
		StartUp.ofLimit("rate: 5/s", "key: ip")
			.variable(wrong, "1/s")
			.succeeds((context) -> assertThat(output).contains("has no effect. Did you mean '" + meant + "'?"));
	}

	@Test
	void aMisspeltEnvironmentVariableOfALimitGetsASuggestion(CapturedOutput output) {
		StartUp.ofLimit("rate: 5/s", "key: ip")
			.variable("RATELIMIT_LIMITS_CHAT_RATES", "1/s")
			.succeeds((context) -> assertThat(output).contains("Did you mean 'RATELIMIT_LIMITS_CHAT_RATE'?"));
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "RATELIMIT_SERVICE_HOST", "RATELIMIT_PORT_8080_TCP_ADDR", "RATELIMIT", "RATELIMIT_REDIS_PORT",
					"RATELIMIT_REDIS_SERVICE_HOST", "RATELIMIT_REDIS_PORT_6379_TCP_PROTO", "RATELIMITER_X" })
	void environmentVariablesThatOrchestratorsCreateAreIgnored(String name, CapturedOutput output) {
		StartUp.of("")
			.variable(name, "tcp://10.0.0.1:8080")
			.succeeds((context) -> assertThat(output).doesNotContain(HAS_NO_EFFECT));
	}

	@Test
	void anInvalidConditionIsRejected() {
		assertThat(StartUp.ofLimit("rate: 5/s", "key: ip", "count-when: status").failure()).contains(
				"Property: ratelimit.limits.chat.count-when", "is a value, not a condition",
				"Compare it, for example status == 401.");
		assertThat(StartUp.ofLimit("rate: 5/s", "key: ip", "count-when: user == null").failure())
			.contains("reads user, but the authenticated user is not known any more after the response");
		assertThat(StartUp.ofLimit("rate: 5/s", "key: ip", "countWhen: ''").failure())
			.contains("Write when a call counts, for example status == 401, or remove it.");
	}

	@Test
	void aConstantCostDoesNotSettle() {
		assertThat(StartUp.ofLimit("rate: 5/s", "key: ip", "settle: 1").failure()).contains(
				"Property: ratelimit.limits.chat.settle", "is the same for every call",
				"Write it as the cost, or write an expression that depends on the call.");
	}

	@Test
	void aConcurrencyLimitHasNothingToSettleOrToCount() {
		assertThat(StartUp.ofLimit("max-concurrent: 5", "key: ip", "settle: attribute('usage')").failure())
			.contains("applies to calls that have a cost, but the limit 'chat' counts calls in flight");
		assertThat(StartUp.ofLimit("max-concurrent: 5", "key: ip", "count-when: status == 401").failure())
			.contains("applies to calls that have a cost, but the limit 'chat' counts calls in flight");
		assertThat(StartUp.ofLimit("rate: 5/s", "max-wait: 1s", "key: ip", "count-when: status == 401").failure())
			.contains("calls of the limit 'chat' are queued before it");
	}

	@Test
	void anUnknownAlgorithmListsTheKnownOnes() {
		assertThat(StartUp.ofLimit("rate: 5/s", "key: ip", "algorithm: concurrency").failure())
			.contains("Property: ratelimit.limits.chat.algorithm", "Reason: The value is not known")
			.endsWith(
					"Write token-bucket, fixed-window, sliding-window, sliding-window-counter or sliding-window-log.");
	}

	@ParameterizedTest
	@ValueSource(strings = { "fixed-window", "FIXED_WINDOW", "slidingWindow", "sliding-window-counter",
			"SLIDING_WINDOW_LOG", "token-bucket" })
	void algorithmsAreAcceptedInAnySpelling(String algorithm) {
		StartUp.ofLimit("rate: 5/s", "key: ip", "algorithm: " + algorithm)
			.succeeds((context) -> assertThat(
					LimitNames.uniform(context.getBean(LimitRegistry.class).get("chat").limit().algorithm().name()))
				.isEqualTo(LimitNames.uniform(algorithm)));
	}

	@Test
	void emptyPlansAreRejected() {
		assertThat(StartUp.ofLimit("rate: 5/s", "key: ip", "plans:").failure())
			.contains("Property: ratelimit.limits.chat.plans\n", "Reason: It has nothing below it")
			.endsWith("Remove it, or write for example ratelimit.limits.chat.plans.<name> below it, indented.");
	}

	@Test
	void aTextInsteadOfPlansIsRejected() {
		assertThat(StartUp.ofLimit("rate: 5/s", "key: ip", "plans: 600/min").failure())
			.contains("Property: ratelimit.limits.chat.plans\n", "is written where a group of properties is expected")
			.endsWith("Write for example ratelimit.limits.chat.plans.<name>.");
	}

	@Test
	void anOverriddenInvalidValueIsNoFailure() {
		StartUp.of("ratelimit.mode: dry")
			.variable("RATELIMIT_MODE", "shadow")
			.succeeds((context) -> assertThat(context).hasSingleBean(RateLimitProperties.class));
	}

	@Test
	void anInvalidValueBehindAPlaceholderIsFound() {
		assertThat(StartUp.of("ratelimit.mode: ${kind}").property("kind=dry").failure())
			.endsWith("Write enforce or shadow.");
	}

	@Test
	void settingsOfASharedStoreAreAWarningWithoutOne(CapturedOutput output) {
		StartUp.of("""
				ratelimit:
				  on-store-failure: deny
				  redis.deadline: 20ms
				  limits:
				    chat: {rate: 5/s, key: ip, on-store-failure: allow}
				""")
			.succeeds((context) -> assertThat(output)
				.contains("Permits are kept in memory (ratelimit.store is memory), so these properties have no effect: "
						+ "ratelimit.limits.chat.on-store-failure (Byte array resource [file-0.yml] - 5:50), "
						+ "ratelimit.on-store-failure (Byte array resource [file-0.yml] - 2:21), "
						+ "ratelimit.redis.deadline (Byte array resource [file-0.yml] - 3:19)"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "redis", "Redis", "REDIS", "'redis '", "${kind}" })
	void settingsOfASharedStoreAreNoWarningWithOne(String store, CapturedOutput output) {
		StartUp.of("ratelimit:\n  store: " + store + "\n  on-store-failure: deny")
			.property("kind=redis")
			.with(SharedStore.class)
			.succeeds((context) -> {
				assertThat(context.getBean(RateLimitProperties.class).store())
					.isEqualTo(RateLimitProperties.Store.REDIS);
				assertThat(output).doesNotContain("have no effect");
			});
	}

	@Test
	void anUnknownValueListsTheKnownOnes() {
		assertThat(StartUp.ofLimit("rate: 5/s", "key: ip", "on-missing-key: skipp").failure()).isEqualTo("""
				The rate limits are not configured correctly:

				    Code: RL231
				    Property: ratelimit.limits.chat.on-missing-key
				    Value: "skipp"
				    Origin: [file-0.yml] - 6:23
				    Reason: The value is not known

				Did you mean skip? Write ip, skip or deny.""");
	}

	@ParameterizedTest
	@ValueSource(strings = { "skip", "SKIP", "Skip" })
	void aKnownValueMayBeInAnyCase(String value) {
		StartUp.ofLimit("rate: 5/s", "key: ip", "on-missing-key: " + value)
			.succeeds((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void anEmptyValueIsRejected() {
		assertThat(StartUp.of("ratelimit.http.rules[0].when:").failure())
			.contains("Property: ratelimit.http.rules[0].when", "Reason: It is empty")
			.endsWith("Write auto, before-security or after-security.");
	}

	@Test
	void aValueInsteadOfALimitIsRejected() {
		assertThat(StartUp.of("ratelimit.limits.chat: 10/min").failure()).isEqualTo("""
				The rate limits are not configured correctly:

				    Code: RL205
				    Property: ratelimit.limits.chat
				    Value: "10/min"
				    Origin: [file-0.yml] - 1:24
				    Reason: The value is written where a group of properties is expected

				Write ratelimit.limits.chat.rate: 10/min and ratelimit.limits.chat.key.""");
	}

	@Test
	void aValueInsteadOfAGroupIsRejected() {
		assertThat(StartUp.of("ratelimit: off").failure()).contains("Property: ratelimit\n", "Value: \"false\"")
			.endsWith("Write for example ratelimit.enabled.");
	}

	@Test
	void anEmptyGroupIsRejected() {
		assertThat(StartUp.of("""
				ratelimit:
				  limits:
				    # chat:
				""").failure()).contains("Property: ratelimit.limits\n", "Reason: It has nothing below it")
			.endsWith("Remove it, or write for example ratelimit.limits.<name>.rate below it, indented.");
	}

	@Test
	void noPropertiesAtAllAreNoFailure() {
		StartUp.of("ratelimit:").succeeds((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					ratelimit.memory.max-keys-per-limit=0 | below 1 | At least one key has to be remembered; 100000 is the default.
					ratelimit.http.ipv6-prefix=0 | below 1 | Write how many bits of an IPv6 address tell clients apart, from 1 to 128; 64 is the default.
					ratelimit.limits.chat.segments=0 | below 1 | Write into how many parts a sliding window divides its period, from 1 to 1000; 20 is the default.
					ratelimit.limits.chat.segments=1001 | above 1000 | Write into how many parts a sliding window divides its period, from 1 to 1000; 20 is the default.
					ratelimit.limits.chat.max-concurrent=0 | below 1 | Write how many calls may be in flight at once, such as 10.
					ratelimit.limits.chat.max-waiting=0 | below 1 | Write how many calls of an instance may wait at a time; 100 is the default.
					ratelimit.clients.openai.max-waiting=0 | below 1 | Write how many calls of a key may be queued at a time; 1000 is the default.
					ratelimit.clients.openai.max-wait=2d | above 1d | Write how long a call may be queued, at most 1d; 30s is the default of a client.
					ratelimit.http.ipv6-prefix=129 | above 128 | Write how many bits of an IPv6 address tell clients apart, from 1 to 128; 64 is the default.
					""")
	void aNumberOutOfRangeIsRejected(String property, String problem, String remedy) {
		assertThat(StartUp.of("").property(property).failure()).contains("Reason: The value is " + problem)
			.endsWith("\n\n" + remedy);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			ratelimit.redis.deadline=0            | The value is not positive
			ratelimit.redis.deadline=-1ms         | The value is not positive
			ratelimit.redis.deadline=10001        | The value is above 10s
			ratelimit.redis.deadline=99999999999d | The value is above 10s
			ratelimit.redis.deadline=             | It is empty
			ratelimit.limits.chat.lease=9ms       | The value is below 10ms
			ratelimit.limits.chat.lease=1001ms    | The value is above 1s
			ratelimit.limits.chat.lease=1m        | The value is above 1s
			ratelimit.limits.chat.lease=0         | The value is not positive
			ratelimit.limits.chat.lease=          | It is empty
			ratelimit.limits.chat.max-wait=0      | The value is not positive
			ratelimit.limits.chat.max-wait=25h    | The value is above 1d
			ratelimit.plan-ttl=0                  | The value is not positive
			ratelimit.redis.slot-lease=2s         | The value is below 3s
			""")
	void aDurationOutOfRangeIsRejected(String property, String problem) {
		assertThat(StartUp.ofLimit("rate: 1000/s", "key: ip").property(property).failure())
			.contains("Property: " + property.substring(0, property.indexOf('=')), "Reason: " + problem)
			.contains("\n\nWrite ");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			ratelimit.redis.key-prefix=       | It is empty
			ratelimit.redis.key-prefix={chat} | The value has braces, which tell a Redis Cluster where keys belong
			""")
	void anInvalidKeyPrefixIsRejected(String property, String problem) {
		assertThat(StartUp.of("").property(property).failure()).contains("Reason: " + problem)
			.endsWith("Write what all keys of this application in Redis begin with; ratelimit is the default.");
	}

	/** A store, so that settings can be checked without Redis. */
	@Configuration(proxyBeanMethods = false)
	static class SharedStore {

		@Bean
		MemoryStore sharedStore(TimeSource time) {
			return new MemoryStore(time, 10);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(RateLimitAutoConfiguration.class)
	static class Application {

	}

}
