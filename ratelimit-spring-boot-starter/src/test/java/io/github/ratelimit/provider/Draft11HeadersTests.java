package io.github.ratelimit.provider;

import static io.github.ratelimit.provider.Decisions.granted;
import static io.github.ratelimit.provider.Decisions.limit;
import static io.github.ratelimit.provider.Decisions.perRate;
import static io.github.ratelimit.provider.Decisions.refused;
import static io.github.ratelimit.provider.Decisions.tooLarge;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitUnit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.provider.StructuredFieldReader.Item;
import io.github.ratelimit.store.ChargeDecision;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletResponse;

class Draft11HeadersTests {

	private final Draft11Headers style = new Draft11Headers();

	private final MockHttpServletResponse response = new MockHttpServletResponse();

	@Test
	void listsEveryLimitWithQuotaAndWindow() {
		write(granted(limit("address", "300/min"), 299, Duration.ofMillis(200)),
				granted(limit("chat", "10/min"), 9, Duration.ofSeconds(6)));
		assertPolicy("\"address\";q=300;w=60, \"chat\";q=10;w=60");
		assertState("\"address\";r=299;t=1, \"chat\";r=9;t=6");
	}

	@Test
	void namesSeveralRatesByTheOrderOfTheirPeriods() {
		long[] perRate = perRate(4, Duration.ofMillis(200), 59, Duration.ofMillis(1001));
		write(ChargeDecision.granted(Decisions.charge(limit("chat", "60/min, 5/s")), null, 4, 1_001_000_000L, perRate));
		assertPolicy("\"chat;1\";q=5;w=1, \"chat;2\";q=60;w=60");
		assertState("\"chat;1\";r=4;t=1, \"chat;2\";r=59;t=2");
	}

	@Test
	void quotaIsTheCapacityAndWindowTheTimeInWhichItFills() {
		write(granted(limit("chat", "60/min burst 90"), 89, Duration.ofSeconds(1)));
		assertPolicy("\"chat\";q=90;w=90");
		assertState("\"chat\";r=89;t=1");
	}

	@Test
	void windowIsLeftOutWhereItIsNoWholeNumberOfSeconds() {
		write(granted(limit("fast", "1/500ms"), 0, Duration.ofMillis(500)));
		assertPolicy("\"fast\";q=1");
		assertState("\"fast\";r=0;t=1");
	}

	@Test
	void slotsHaveAUnitAndNoTimes() {
		Limit slots = Limit.named("slots").maxConcurrent(10).build();
		write(granted(slots, 7, Duration.ofSeconds(1)), granted(limit("chat", "10/min"), 9, Duration.ofSeconds(6)));
		assertPolicy("\"slots\";q=10;qu=\"concurrent-requests\", \"chat\";q=10;w=60");
		assertState("\"slots\";r=7, \"chat\";r=9;t=6");
	}

	@Test
	void timeIsThatUntilThereIsMoreQuotaAllowedOrRefused() {
		Limit login = limit("login", "5/15min");
		write(granted(login, 0, Duration.ofSeconds(900)));
		assertState("\"login\";r=0;t=180");
		write(refused(login, Duration.ofSeconds(180), Duration.ofSeconds(900)));
		assertState("\"login\";r=0;t=180");
		write(granted(login, 5, Duration.ZERO));
		assertState("\"login\";r=5;t=0");
		write(granted(limit("thirds", "7/min"), 0, Duration.ofSeconds(60)));
		assertState("\"thirds\";r=0;t=9");
	}

	@Test
	void windowsReportATimeOnlyIfTheStoreDoes() {
		Limit window = Limit.named("window")
			.algorithm(Algorithm.SLIDING_WINDOW)
			.rates(Rate.parseAll("5/15min"))
			.build();
		long seconds = 1_000_000_000L;
		write(ChargeDecision.granted(Decisions.charge(window), null, 1, 900 * seconds,
				new long[] { 1, 900 * seconds, 45 * seconds }));
		assertState("\"window\";r=1;t=45");
		write(ChargeDecision.granted(Decisions.charge(window), null, 1, 900 * seconds,
				new long[] { 1, 900 * seconds, -1 }));
		assertState("\"window\";r=1");
	}

	@Test
	void tokensAreAUnitAndRequestsAreTheDefault() {
		Limit tokens = Limit.named("tokens").rates(Rate.parseAll("6000/min")).unit(LimitUnit.TOKENS).build();
		Limit requests = Limit.named("requests").rates(Rate.parseAll("10/min")).unit(LimitUnit.REQUESTS).build();
		write(granted(tokens, 5999, Duration.ofMillis(10)), granted(requests, 9, Duration.ofSeconds(6)));
		assertPolicy("\"tokens\";q=6000;qu=\"tokens\";w=60, \"requests\";q=10;w=60");
	}

	@Test
	void policyIsThatOfTheCallersPlan() {
		Limit chat = limit("chat", "10/min");
		write(granted(chat.withRates(List.of(Rate.parse("600/min"))), 599, Duration.ofSeconds(1)));
		assertPolicy("\"chat\";q=600;w=60");
		write(granted(chat, 9, Duration.ofSeconds(6)));
		assertPolicy("\"chat\";q=10;w=60");
	}

	@Test
	void effectiveWindowOfARefusalDoesNotEndAfterTheWait() {
		write(refused(limit("chat", "10/min"), Duration.ofMillis(5500), Duration.ofSeconds(60)),
				granted(limit("everyone", "1000/min"), 500, Duration.ofSeconds(30)));
		assertState("\"chat\";r=0;t=6, \"everyone\";r=500;t=1");
	}

	@Test
	void effectiveWindowOfWhatCanNeverBePaidIsTheTimeToFull() {
		write(tooLarge(limit("chat", "10/min"), 11));
		assertState("\"chat\";r=10;t=0");
	}

	@Test
	void policyIsTheSameWhateverIsLeft() {
		Limit chat = limit("chat", "60/min, 5/s");
		Limit everyone = limit("everyone", "1000/h burst 2000");
		write(granted(chat, 3, Duration.ofSeconds(1)), granted(everyone, 2000, Duration.ZERO));
		String policy = this.response.getHeader("RateLimit-Policy");
		write(refused(chat, Duration.ofSeconds(1), Duration.ofSeconds(60)), granted(everyone, 1, Duration.ofHours(1)));
		assertPolicy(policy);
	}

	@Test
	void policyFollowsALimitWhoseRatesChange() {
		write(granted(limit("chat", "10/min"), 9, Duration.ofSeconds(6)));
		write(granted(limit("chat", "20/min"), 19, Duration.ofSeconds(3)));
		assertPolicy("\"chat\";q=20;w=60");
	}

	@Property
	void everyLimitMakesFieldsThatParse(@ForAll("limits") @Size(min = 1, max = 4) List<Limit> limits,
			@ForAll @LongRange(min = -1) long remaining, @ForAll @LongRange(min = 1) long wait,
			@ForAll @LongRange(min = 0) long reset, @ForAll boolean violated) {
		write(limits.stream().map((limit) -> {
			long[] perRate = new long[2 * limit.rates().size()];
			for (int i = 0; i < perRate.length; i += 2) {
				perRate[i] = remaining;
				perRate[i + 1] = reset;
			}
			return violated ? ChargeDecision.refused(Decisions.charge(limit), remaining, wait, reset, perRate)
					: ChargeDecision.granted(Decisions.charge(limit), null, remaining, reset, perRate);
		}).toArray(ChargeDecision[]::new));
		List<Item> policies = StructuredFieldReader.list(this.response.getHeader("RateLimit-Policy"));
		List<Item> states = StructuredFieldReader.list(this.response.getHeader("RateLimit"));
		assertThat(states).extracting(Item::value).isEqualTo(policies.stream().map(Item::value).toList());
		assertThat(policies).hasSize(limits.stream().mapToInt((limit) -> limit.rates().size()).sum());
		assertThat(policies).allSatisfy((item) -> {
			assertThat(item.parameters().get("q")).isPositive();
			assertThat(item.parameters().getOrDefault("w", 1L)).isPositive();
		});
		assertThat(states).allSatisfy((item) -> {
			assertThat(item.parameters().get("r")).isNotNegative();
			assertThat(item.parameters().get("t")).isNotNegative();
		});
	}

	@Property
	void anyTextAndNumberMakeAValidItem(@ForAll("hostileTexts") String name, @ForAll long number) {
		StringBuilder field = new StringBuilder();
		Draft11Headers.appendString(field, name);
		Draft11Headers.appendInteger(field.append(";q="), number);
		List<Item> items = StructuredFieldReader.list(field.toString());
		assertThat(items).hasSize(1);
		assertThat(items.get(0).value()).hasSameSizeAs(name);
		assertThat(items.get(0).parameters().get("q")).isBetween(0L, 999_999_999_999_999L);
	}

	@Test
	void stringsAreEscaped() {
		StringBuilder field = new StringBuilder();
		Draft11Headers.appendString(field, "a\"b\\c\r\nd\u00e9");
		assertThat(field).hasToString("\"a\\\"b\\\\c??d?\"");
	}

	@Provide
	Arbitrary<String> hostileTexts() {
		return Arbitraries.oneOf(Arbitraries.strings(),
				Arbitraries.strings().withChars("\"\\;=, \r\na\u0000\u007f\u00e9"));
	}

	@Provide
	Arbitrary<List<Limit>> limits() {
		Arbitrary<String> names = Arbitraries.strings()
			.withCharRange('a', 'z')
			.withCharRange('A', 'Z')
			.numeric()
			.withChars("-_.")
			.ofMinLength(1)
			.ofMaxLength(128);
		Arbitrary<Rate> rates = Combinators
			.combine(Arbitraries.longs().between(1, 1_000_000), Arbitraries.longs().between(1, 100_000),
					Arbitraries.longs().between(1, Rate.MAX_PERMITS))
			.as((permits, millis, burst) -> {
				Rate rate = Rate.of(permits, Duration.ofMillis(millis));
				long most = Rate.MAX_TIME_TO_FULL.toMillis() / millis * permits;
				return rate.withBurst(Math.max(1, Math.min(burst, Math.min(most, Rate.MAX_PERMITS))));
			});
		return Combinators.combine(names, rates.list().ofMinSize(1).ofMaxSize(3)).as(Limit::of).list();
	}

	private void write(ChargeDecision... limits) {
		this.style.write(List.of(limits), this.response::setHeader);
	}

	private void assertPolicy(String expected) {
		assertThat(this.response.getHeaders("RateLimit-Policy")).containsExactly(expected);
	}

	private void assertState(String expected) {
		assertThat(this.response.getHeaders("RateLimit")).containsExactly(expected);
	}

}
