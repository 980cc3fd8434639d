package io.github.ratelimit.autoconfigure.properties;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.LimitUnit;
import io.github.ratelimit.Penalty;
import io.github.ratelimit.Rate;
import io.github.ratelimit.autoconfigure.StartUp;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.RegisteredLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.ApplicationContext;

/** The kinds of limits that properties can describe, and invalid combinations. */
class LimitReaderTests {

	@ParameterizedTest
	@EnumSource(value = Algorithm.class, mode = EnumSource.Mode.EXCLUDE, names = "CONCURRENCY")
	void everyAlgorithmCountsRates(Algorithm algorithm) {
		StartUp.ofLimit("rate: 5/s, 60/min", "key: ip", "algorithm: " + algorithm).succeeds((context) -> {
			assertThat(limit(context).algorithm()).isEqualTo(algorithm);
			assertThat(limit(context).rates()).containsExactly(Rate.parse("5/s"), Rate.parse("60/min"));
			assertThat(limit(context).segments()).isEqualTo(20);
		});
	}

	@Test
	void aSlidingWindowHasSegments() {
		StartUp.ofLimit("rate: 60/min", "key: ip", "algorithm: sliding-window", "segments: 60")
			.succeeds((context) -> assertThat(limit(context).segments()).isEqualTo(60));
	}

	@Test
	void concurrencyIsLimitedInsteadOfARate() {
		StartUp.ofLimit("max-concurrent: 10", "key: ip").succeeds((context) -> {
			assertThat(limit(context).isConcurrency()).isTrue();
			assertThat(limit(context).capacity()).isEqualTo(10);
		});
	}

	@Test
	void callsMayWait() {
		StartUp.ofLimit("rate: 10/s", "key: ip", "max-wait: 2s").succeeds((context) -> {
			assertThat(limit(context).maxWait()).isEqualTo(Duration.ofSeconds(2));
			assertThat(limit(context).maxWaiting()).isEqualTo(100);
		});
		StartUp.ofLimit("rate: 10/s", "key: ip", "max-wait: 2s", "max-waiting: 7")
			.succeeds((context) -> assertThat(limit(context).maxWaiting()).isEqualTo(7));
	}

	@ParameterizedTest
	@CsvSource({ "0, 0", "50, 50", "none, 9223372036854775807", "NONE, 9223372036854775807" })
	void theDebtIsANumberOrUnbounded(String text, long debt) {
		StartUp.ofLimit("rate: 10/s", "key: ip", "cost: 2", "max-debt: " + text)
			.succeeds((context) -> assertThat(limit(context).maxDebt()).isEqualTo(debt));
	}

	@Test
	void theDebtIsTheCapacityByDefault() {
		StartUp.ofLimit("rate: 10/s burst 30", "key: ip", "cost: 2", "plans: {pro: 100/s}", "plan: claim('plan')")
			.succeeds((context) -> {
				assertThat(limit(context).maxDebt()).isEqualTo(30);
				assertThat(registered(context).handle("pro").limit().maxDebt()).isEqualTo(100);
			});
	}

	@Test
	void aLimitWithACostIsABudget() {
		StartUp.ofLimit("rate: 10/s", "key: ip", "cost: attribute('n')")
			.succeeds((context) -> assertThat(limit(context).hasCost()).isTrue());
		StartUp.ofLimit("rate: 10/s", "key: ip").succeeds((context) -> assertThat(limit(context).hasCost()).isFalse());
	}

	@Test
	void unitModeAndPenaltyAreRead() {
		StartUp
			.ofLimit("rate: 10/s", "key: ip", "unit: tokens", "mode: shadow", "ban-after: 20 denials in 10min for 1h")
			.succeeds((context) -> {
				assertThat(limit(context).unit()).isEqualTo(LimitUnit.TOKENS);
				assertThat(registered(context).settings().mode()).isEqualTo(LimitMode.SHADOW);
				assertThat(registered(context).settings().penalty())
					.isEqualTo(new Penalty(20, Duration.ofMinutes(10), Duration.ofHours(1)));
			});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			textBlock = """
					rate: 5/s; max-concurrent: 2                             | max-concurrent | is set together with a rate
					max-concurrent: 2; algorithm: sliding-window             | algorithm      | counts calls in flight
					max-concurrent: 2; segments: 5                           | segments       | counts calls in flight
					max-concurrent: 2; max-wait: 1s                          | max-wait       | counts calls in flight
					max-concurrent: 2; max-waiting: 3                        | max-waiting    | counts calls in flight
					max-concurrent: 2; max-debt: 3                           | max-debt       | counts calls in flight
					max-concurrent: 2; unit: requests                        | unit           | counts calls in flight
					max-concurrent: 2; cost: 3                               | cost           | raise max-concurrent
					cost: 3                                                  | rate           | as max-concurrent how many at once
					rate: 5/s; segments: 5                                   | segments       | write algorithm: sliding-window
					rate: 5/s; algorithm: fixed-window; segments: 5          | segments       | the algorithm is fixed-window
					rate: 5/s; max-waiting: 5                                | max-waiting    | for example max-wait: 2s
					rate: 5/s; algorithm: fixed-window; max-wait: 1s         | max-wait       | which a fixed-window cannot do
					rate: 5/s, 60/min; max-wait: 1s                          | rate           | the slowest would decide
					rate: 5/s burst 9; max-wait: 1s                          | rate           | Leave the burst out: 5/s.
					rate: [1/s, 5/min burst 9]; algorithm: sliding-window    | rate[1]        | a sliding-window does not save up permits
					rate: 10001/s; algorithm: sliding-window-log             | rate           | than the 10000 calls
					rate: 1/36500d; algorithm: sliding-window; segments: 999 | rate           | cannot be divided exactly into 999 segments
					rate: 5/s; max-debt: much                                | max-debt       | is not a number of permits
					rate: 5/s; max-debt: -1                                  | max-debt       | is not a number of permits
					rate: 5/s; max-debt: ''                                  | max-debt       | is empty
					rate: 5/s; algorithm: sliding-window-log; max-debt: none | max-debt       | more than a sliding-window-log can remember
					rate: 5/s; ban-after: ''                                 | ban-after      | is empty
					rate: 5/s; ban-after: 20                                 | ban-after      | 20 denials in 10min for 1h
					rate: 5/s; ban-after: 20 denials in 10 for 1h            | ban-after      | has a period without a unit
					rate: 5/s; ban-after: 0 denials in 10s for 1h            | ban-after      | has 0 as its denials
					rate: 5/s; ban-after: 10001 denials in 10s for 1h        | ban-after      | from 1 to 10000
					rate: 5/s; ban-after: 1 denial in 10s for 99999d         | ban-after      | The longest period is 36500d
					""")
	void propertiesThatExcludeEachOtherFailStartUp(String lines, String setting, String result) {
		List<String> limit = new ArrayList<>(List.of(lines.split("; ")));
		limit.add("key: ip");
		assertThat(StartUp.ofLimit(limit.toArray(String[]::new)).failure())
			.contains("Property: ratelimit.limits.chat." + setting + "\n", result);
	}

	@Test
	void aBanOfTheGlobalKeyFailsStartUp() {
		assertThat(StartUp.ofLimit("rate: 5/s", "key: [user, global]", "ban-after: 2 denials in 1min for 1h").failure())
			.contains("Property: ratelimit.limits.chat.ban-after", "would ban all callers at once");
	}

	@Test
	void aBanOfALimitWithATooLongNameFailsStartUp() {
		String name = "a".repeat(120);
		assertThat(
				StartUp.of("ratelimit.limits." + name + ": {rate: 5/s, key: ip, ban-after: 2 denials in 1min for 1h}")
					.failure())
			.contains("Property: ratelimit.limits." + name + ".ban-after", "at most 119 characters");
		StartUp
			.of("ratelimit.limits." + name.substring(1) + ": {rate: 5/s, key: ip, ban-after: 2 denials in 1min for 1h}")
			.succeeds((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@CsvSource({ "algorithm: fixed-window, a fixed-window", "max-wait: 1s, one with max-wait" })
	void aLeaseIsForPlainTokenBucketsOnly(String line, String result) {
		assertThat(StartUp.ofLimit("rate: 1000/s", "key: ip", "lease: 100ms", line)
			.property("ratelimit.store=redis")
			.with(PropertiesCheckTests.SharedStore.class)
			.failure()).contains("Property: ratelimit.limits.chat.lease\n", result).endsWith("Remove it.");
	}

	private static Limit limit(ApplicationContext context) {
		return registered(context).limit();
	}

	private static RegisteredLimit registered(ApplicationContext context) {
		return context.getBean(LimitRegistry.class).get("chat");
	}

}
