package io.github.ratelimit.autoconfigure.properties;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.ratelimit.Key;
import io.github.ratelimit.MissingKeyException;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.autoconfigure.Requests;
import io.github.ratelimit.autoconfigure.StartUp;
import io.github.ratelimit.expression.LimitPolicies;
import io.github.ratelimit.registry.KeySource;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.Charge;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;

/** Rates, keys and costs that are read from a configuration. */
class LimitDefinitionsTests {

	private static final String KEY_REMEDY = "Write whose calls are counted: for example header('X-API-Key'), user or ip, "
			+ "or global for all calls together. In YAML, 'key: #id' is an empty key and a comment; an argument such as "
			+ "#id is a key of @RateLimited only.";

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			rate: 10/min                            | [10/min]
			rate: 5/s, 60/min burst 90              | [5/s, 60/min burst 90]
			rate: [5/s, 60/min burst 90]            | [5/s, 60/min burst 90]
			rate: ["60/min burst 90, 5/s", 1000/h]  | [5/s, 60/min burst 90, 1000/h]
			rate: '5/s,60/min'                      | [5/s, 60/min]
			""")
	void ratesAreAListOrSeparatedByCommas(String line, String rates) {
		StartUp.ofLimit(line.replace("'", ""), "key: ip")
			.succeeds((context) -> assertThat(context.getBean(LimitRegistry.class).get("chat").limit())
				.hasToString("chat " + rates));
	}

	@Test
	void anInvalidRateIsRejectedWithItsRule() {
		assertThat(StartUp.ofLimit("rate: 0/min", "key: ip").failure()).isEqualTo("""
				The rate limits are not configured correctly:

				    Code: RL103
				    Property: ratelimit.limits.chat.rate
				    Value: "0/min"
				    Origin: [file-0.yml] - 4:13
				    Reason: The value has 0 as its permits

				At least 1 is needed; to refuse everything, do not offer the path at all.""");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			-5/min                  | has -5 as its permits
			10/60                   | has a period without a unit
			10/0s                   | has a period of 0 or less
			2000000/1ms             | is faster than one permit per nanosecond
			99999999999999999999/s  | has more permits than can be counted
			10/99999999999999999d   | has a period that is too long
			10                      | has no period
			ten/min                 | has 'ten' as permits
			""")
	void aTextThatIsNotARateIsRejected(String rate, String problem) {
		assertThat(StartUp.ofLimit("rate: " + rate, "key: ip").failure()).contains(
				"Property: ratelimit.limits.chat.rate\n", "Value: \"" + rate + "\"", "Reason: The value " + problem);
	}

	@Test
	void aRateThatYamlReadsAsANumberIsExplained() {
		assertThat(StartUp.ofLimit("rate: 5:30", "key: ip").failure()).contains("Value: \"330\"")
			.endsWith("If it is written otherwise, put it in quotes: YAML reads a plain 5:30 as the number 330.");
	}

	@ParameterizedTest
	@ValueSource(strings = { "rate: [5/s, 60/x]", "rate: 5/s, 60/x" })
	void aRateInAListIsNamedByItsIndex(String line) {
		assertThat(StartUp.ofLimit(line, "key: ip").failure()).contains("Property: ratelimit.limits.chat.rate[1]\n",
				"Value: \"60/x\"", "Origin: [file-0.yml] - 4:");
	}

	@Test
	void aRateThatEndsWithACommaIsRejected() {
		assertThat(StartUp.ofLimit("rate: 5/s,", "key: ip").failure())
			.contains("Property: ratelimit.limits.chat.rate[1]\n", "Reason: It is empty");
	}

	@ParameterizedTest
	@ValueSource(strings = { "rate:", "rate: ''", "rate: []", "cost: 1" })
	void aMissingRateIsRejected(String line) {
		assertThat(StartUp.ofLimit(line, "key: ip").failure())
			.contains("Property: ratelimit.limits.chat.rate\n", "Origin: ", "Reason: It is missing or empty")
			.endsWith(
					"\n\nWrite how many calls in how much time, for example 10/min, or as max-concurrent how many at once.");
	}

	@Test
	void aMissingKeyIsRejectedWithTheOriginOfTheLimit() {
		assertThat(StartUp.ofLimit("rate: 5/s").failure()).isEqualTo("""
				The rate limits are not configured correctly:

				    Code: RL122
				    Property: ratelimit.limits.chat.key
				    Origin: near [file-0.yml] - 4:13
				    Reason: It is missing or empty

				""" + KEY_REMEDY);
	}

	@ParameterizedTest
	@ValueSource(strings = { "key:", "key: ''", "key: []", "key: #id", "key: '  '" })
	void anEmptyKeyIsRejectedWithItsOrigin(String line) {
		assertThat(StartUp.ofLimit("rate: 5/s", line).failure())
			.contains("Property: ratelimit.limits.chat.key\n", "Origin: [file-0.yml] - 5:",
					"Reason: It is missing or empty")
			.endsWith(KEY_REMEDY);
	}

	@Test
	void anEmptyLimitIsRejected() {
		assertThat(StartUp.of("ratelimit.limits.chat:").failure())
			.contains("Property: ratelimit.limits.chat\n", "Reason: It has nothing below it")
			.endsWith("Remove it, or write for example ratelimit.limits.chat.rate below it, indented.");
	}

	@Test
	void anEmptyLimitIsRejectedEvenIfAnotherFileDefinesIt() {
		assertThat(StartUp.of("ratelimit.limits.chat:").file("ratelimit.limits.chat: {rate: 5/s, key: ip}").failure())
			.contains("Property: ratelimit.limits.chat\n", "Reason: It has nothing below it");
	}

	@Test
	void anEmptyKeyInAListIsRejected() {
		assertThat(StartUp.ofLimit("rate: 5/s", "key: [ip, '']").failure())
			.contains("Property: ratelimit.limits.chat.key[1]\n", "Reason: It is missing or empty");
	}

	@Test
	void aScalarKeyIsOneExpressionEvenWithCommas() {
		StartUp.ofLimit("rate: 5/s", "key: coalesce(header('a'), ip)")
			.succeeds((context) -> assertThat(keys(context)).containsExactly("coalesce(header('a'), ip)"));
	}

	@Test
	void aScalarKeyOfAPropertiesFileIsOneExpression() {
		StartUp.of("ratelimit.limits.chat.rate: 5/s")
			.property("ratelimit.limits.chat.key=coalesce(header('a'), ip)")
			.succeeds((context) -> assertThat(keys(context)).containsExactly("coalesce(header('a'), ip)"));
	}

	@Test
	void aScalarKeyOfTheEnvironmentIsOneExpression() {
		StartUp.of("ratelimit.limits.chat.rate: 5/s")
			.variable("RATELIMIT_LIMITS_CHAT_KEY", "coalesce(header('a'), ip)")
			.succeeds((context) -> assertThat(keys(context)).containsExactly("coalesce(header('a'), ip)"));
	}

	@Test
	void aListOfKeysInTheEnvironmentHasIndexes() {
		StartUp.of("ratelimit.limits.chat.rate: 5/s")
			.variable("RATELIMIT_LIMITS_CHAT_KEY_0", "header('a')")
			.variable("RATELIMIT_LIMITS_CHAT_KEY_1", "ip")
			.succeeds((context) -> assertThat(keys(context)).containsExactly("header('a')", "ip"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "key: [header('a'), ip]", "key: [\"header('a')\", ip]",
			"key[0]: header('a')\n      key[1]: ip", "key:\n      - header('a')\n      - ip" })
	void aListOfKeysIsAListOfExpressions(String lines) {
		StartUp.ofLimit("rate: 5/s", lines)
			.succeeds((context) -> assertThat(keys(context)).containsExactly("header('a')", "ip"));
	}

	@Test
	void theFirstKeyWithAValueIsCharged() {
		StartUp.ofLimit("rate: 5/s", "key: [header('a'), ip]").succeeds((context) -> {
			LimitPolicies policies = context.getBean(LimitPolicies.class);
			assertThat(policies.get("chat").charge(Requests.from("192.0.2.1", Map.of("a", "x"))))
				.extracting(Charge::key)
				.isEqualTo(Key.of("x"));
			assertThat(policies.get("chat").charge(Requests.from("192.0.2.1"))).extracting(Charge::key)
				.isEqualTo(Key.of(Key.ADDRESS_KIND, "192.0.2.1"));
		});
	}

	@Test
	void aCallWithoutKeyIsSkippedIfTheLimitIsConfiguredSo() {
		StartUp.ofLimit("rate: 5/s", "key: header('a')", "on-missing-key: skip")
			.succeeds((context) -> assertThat(
					context.getBean(LimitPolicies.class).get("chat").charge(Requests.from("192.0.2.1")))
				.isNull());
	}

	@Test
	void aCallWithoutKeyIsDeniedIfTheLimitIsConfiguredSo() {
		StartUp.ofLimit("rate: 5/s", "key: header('a')", "on-missing-key: deny")
			.succeeds((context) -> assertThatExceptionOfType(MissingKeyException.class)
				.isThrownBy(() -> context.getBean(LimitPolicies.class).get("chat").charge(Requests.from("192.0.2.1"))));
	}

	@Test
	void aDuplicateKeyInAListIsRejected() {
		assertThat(StartUp.ofLimit("rate: 5/s", "key: [ip, header('a'), ip]").failure())
			.contains("Property: ratelimit.limits.chat.key[2]\n", "Value: \"ip\"", "Origin: [file-0.yml] - 5:",
					"Reason: The value is in the list twice")
			.endsWith("Remove it: the first that has a value counts.");
	}

	@ParameterizedTest
	@ValueSource(strings = { "key: header('a", "key: '#id'", "key: usr", "key: ip, header('a')" })
	void aKeyThatIsNotAnExpressionIsRejected(String line) {
		assertThat(StartUp.ofLimit("rate: 5/s", line).failure()).contains("Property: ratelimit.limits.chat.key\n",
				"Value: \"", "Origin: [file-0.yml] - 5:", "Reason: The value ");
	}

	@Test
	void aKeyThatLooksLikeAListIsExplained() {
		assertThat(StartUp.ofLimit("rate: 5/s", "key: header('a'), ip").failure())
			.endsWith("Several alternatives are a list: key: [first, second].");
	}

	@Test
	void anInvalidKeyInAListIsNamedByItsIndex() {
		assertThat(StartUp.ofLimit("rate: 5/s", "key: [ip, usr]").failure())
			.contains("Property: ratelimit.limits.chat.key[1]\n", "Value: \"usr\"");
	}

	@ParameterizedTest
	@CsvSource({ "1, 1", "5, 5", "0, 0", "2 + 1, 3" })
	void aCostIsANumberOrAnExpression(String cost, long permits) {
		StartUp.ofLimit("rate: 5/s", "key: ip", "cost: " + cost)
			.succeeds((context) -> assertThat(
					context.getBean(LimitPolicies.class).get("chat").charge(Requests.from("192.0.2.1")))
				.extracting(Charge::permits)
				.isEqualTo(permits));
	}

	@ParameterizedTest
	@ValueSource(strings = { "cost:", "cost: ''", "cost: #tokens" })
	void anEmptyCostIsRejected(String line) {
		assertThat(StartUp.ofLimit("rate: 5/s", "key: ip", line).failure())
			.contains("Property: ratelimit.limits.chat.cost\n", "Reason: It is empty")
			.endsWith("Write how many permits a call costs, as a number or an expression, or remove it for 1.");
	}

	@Test
	void aConstantCostThatCanNeverBePaidIsRejected() {
		assertThat(StartUp.ofLimit("rate: [100/min, 5/s burst 8]", "key: ip", "cost: 9").failure()).isEqualTo(
				"""
						The rate limits are not configured correctly:

						    Code: RL134
						    Property: ratelimit.limits.chat.cost
						    Value: "9"
						    Origin: [file-0.yml] - 6:13
						    Reason: The value is more than the limit 'chat' can ever hold, which is 8 permits: every call would be refused

						Lower the cost, or raise the burst of the limit's smallest rate.""");
	}

	@ParameterizedTest
	@ValueSource(strings = { "cost: 99999999999999999999", "cost: 1e9", "cost: 5.1" })
	void aConstantCostIsComparedAsANumber(String line) {
		assertThat(StartUp.ofLimit("rate: 5/s", "key: ip", line).failure())
			.contains("is more than the limit 'chat' can ever hold");
	}

	@ParameterizedTest
	@ValueSource(strings = { "cost: -1", "cost: tokens", "cost: header('a" })
	void anInvalidCostIsRejected(String line) {
		assertThat(StartUp.ofLimit("rate: 5/s", "key: ip", line).failure())
			.contains("Property: ratelimit.limits.chat.cost\n", "Origin: [file-0.yml] - 6:13");
	}

	@Test
	void aLeaseIsRejectedWithoutASharedStore() {
		assertThat(StartUp.ofLimit("rate: 1000/s", "key: global", "lease: 100").failure()).isEqualTo("""
				The rate limits are not configured correctly:

				    Code: RL137
				    Property: ratelimit.limits.chat.lease
				    Value: "100ms"
				    Origin: [file-0.yml] - 6:14
				    Reason: The value applies to permits that instances share, but ratelimit.store is memory

				Remove it, or write ratelimit.store: redis.""");
	}

	@ParameterizedTest
	@CsvSource({ "99/s", "1000/min burst 99", "'1000/s, 99/s'" })
	void aLeaseIsRejectedIfItCouldSaveLittle(String rate) {
		assertThat(StartUp.ofLimit("rate: " + rate, "key: global", "lease: 100ms")
			.property("ratelimit.store=redis")
			.failure())
			.contains("Property: ratelimit.limits.chat.lease\n",
					"Reason: The value would be of no use: the limit 'chat' holds at most 99 permits, and an instance "
							+ "takes no more than an eighth of what is left in advance")
			.endsWith("\n\nRemove it. It needs a limit that holds at least 100 permits.");
	}

	@Test
	void aLimitHasItsOwnFailurePolicyOrElseTheCommonOne() {
		StartUp.of("""
				ratelimit:
				  on-store-failure: allow
				  limits:
				    a: {rate: 5/s, key: ip}
				    b: {rate: 5/s, key: ip, on-store-failure: deny}
				""").succeeds((context) -> {
			assertThat(context.getBean(LimitRegistry.class).all())
				.extracting((limit) -> limit.settings().onStoreFailure())
				.containsExactly(null, OnStoreFailure.DENY);
			assertThat(context.getBean(RateLimitProperties.class).onStoreFailure()).isEqualTo(OnStoreFailure.ALLOW);
		});
	}

	private static List<String> keys(AssertableApplicationContext context) {
		return context.getBean(LimitRegistry.class)
			.get("chat")
			.keySources()
			.stream()
			.map(KeySource::expression)
			.toList();
	}

}
