package io.github.ratelimit.provider;

import static io.github.ratelimit.provider.Decisions.granted;
import static io.github.ratelimit.provider.Decisions.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitUnit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.provider.dialect.Dialects;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.ProviderResponse;
import io.github.ratelimit.provider.dialect.ProviderSnapshot;
import io.github.ratelimit.provider.dialect.Quota;
import io.github.ratelimit.provider.dialect.Refill;
import io.github.ratelimit.provider.dialect.Throttle;
import io.github.ratelimit.store.ChargeDecision;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** Responses of the library, as its own client reads them. */
class ReadBackTests {

	private static final Dialects DIALECTS = new Dialects(List.of());

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final ManualTime time = new ManualTime();

	@Property(tries = 200)
	void openAiHeadersComeBackWithTheirWindow(@ForAll @LongRange(min = 0, max = 59) long requests,
			@ForAll @LongRange(min = 0, max = 99_999) long tokens) {
		Quota expectedRequests = quota(Dimension.REQUESTS, 60, requests);
		Quota expectedTokens = quota(Dimension.TOKENS, 100_000, tokens);
		Map<String, String> headers = write(LimitRemainingResetHeaders.openAi(), expectedRequests, expectedTokens);
		List<Quota> quotas = read("openai", 200, headers, null).quotas();
		assertThat(quotas).hasSize(2);
		assertThat(quotas.get(0)).isEqualTo(rounded(inferred(expectedRequests), quotas.get(0)));
		assertThat(quotas.get(1)).isEqualTo(rounded(inferred(expectedTokens), quotas.get(1)));
	}

	@Property(tries = 200)
	void anthropicHeadersComeBack(@ForAll @LongRange(min = 0, max = 60) long requests,
			@ForAll @LongRange(min = 0, max = 100_000) long tokens) {
		Quota expectedRequests = quota(Dimension.REQUESTS, 60, requests);
		Quota expectedTokens = quota(Dimension.TOKENS, 100_000, tokens);
		Map<String, String> headers = write(LimitRemainingResetHeaders.anthropic(this.time), expectedRequests,
				expectedTokens);
		List<Quota> quotas = read("anthropic", 200, headers, null).quotas();
		assertThat(quotas).hasSize(2);
		assertThat(quotas.get(0)).isEqualTo(rounded(expectedRequests, quotas.get(0)));
		assertThat(quotas.get(1)).isEqualTo(rounded(expectedTokens, quotas.get(1)));
	}

	@Property(tries = 200)
	void draft11HeadersComeBack(@ForAll @LongRange(min = 0, max = 60) long requests,
			@ForAll @LongRange(min = 0, max = 100_000) long tokens) {
		Map<String, String> headers = write(new Draft11Headers(), quota(Dimension.REQUESTS, 60, requests),
				quota(Dimension.TOKENS, 100_000, tokens));
		assertThat(read("ietf", 200, headers, null).quotas()).containsExactly(
				new Quota(Dimension.REQUESTS, 60, requests, null, MINUTE, Refill.CONTINUOUS),
				new Quota(Dimension.TOKENS, 100_000, tokens, null, MINUTE, Refill.CONTINUOUS));
	}

	@Property(tries = 200)
	void xRateLimitHeadersComeBackAsALimitThatIsFullAtTheEnd(@ForAll @LongRange(min = 0, max = 60) long requests) {
		Quota expected = quota(Dimension.REQUESTS, 60, requests);
		Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		LimitRemainingResetHeaders.xRateLimit()
			.write(List.of(granted(limit("60/min", LimitUnit.REQUESTS), requests, expected.untilFull())), headers::put);
		assertThat(read("ietf", 200, headers, null).quotas()).containsExactly(new Quota(Dimension.REQUESTS, 60,
				requests, Duration.ofSeconds(60 - requests), MINUTE, Refill.FIXED_WINDOW));
	}

	@Test
	void aRefusalIsReadBackWithItsWait() {
		Limit limit = limit("60/min", LimitUnit.REQUESTS);
		ChargeDecision refused = refused(limit, Duration.ofMillis(1500), MINUTE);
		Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		headers.put("Retry-After", "2");
		Refusal refusal = Refusal.of(Decisions.decision(refused), null);
		Throttle openAi = read("openai", 429, headers, new OpenAiBody().body(refusal).text()).throttle();
		assertThat(openAi).isEqualTo(new Throttle(Throttle.Kind.RATE_LIMITED, Duration.ofSeconds(2), Dimension.REQUESTS,
				"rate_limit_exceeded"));
		Throttle anthropic = read("anthropic", 429, headers, new AnthropicBody().body(refusal).text()).throttle();
		assertThat(anthropic)
			.isEqualTo(new Throttle(Throttle.Kind.RATE_LIMITED, Duration.ofSeconds(2), null, "rate_limit_error"));
	}

	@Test
	void aWaitOnlyInTheTextIsReadBackToo() {
		Refusal refusal = Refusal
			.of(Decisions.decision(refused(limit("60/min", LimitUnit.REQUESTS), Duration.ofSeconds(7), MINUTE)), null);
		assertThat(read("openai", 429, Map.of(), new OpenAiBody().body(refusal).text()).throttle().retryAfter())
			.isEqualTo(Duration.ofSeconds(7));
		assertThat(read("none", 429, Map.of(), new ProblemBody().body(refusal).text()).throttle().retryAfter())
			.isEqualTo(Duration.ofSeconds(7));
	}

	@Test
	void aRequestThatIsTooLargeIsReadBackAsTooLarge() {
		Refusal refusal = Refusal.of(Decisions.decision(Decisions.tooLarge(limit("100/min", LimitUnit.TOKENS), 200)),
				null);
		assertThat(read("openai", 413, Map.of(), new OpenAiBody().body(refusal).text()).throttle().kind())
			.isEqualTo(Throttle.Kind.REQUEST_TOO_LARGE);
	}

	private static Map<String, String> write(HeaderStyle style, Quota requests, Quota tokens) {
		Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		style.write(
				List.of(granted(limit("60/min", LimitUnit.REQUESTS), requests.remaining(), requests.untilFull()),
						granted(limit("100000/min", LimitUnit.TOKENS), tokens.remaining(), tokens.untilFull())),
				headers::put);
		return headers;
	}

	private static Limit limit(String rates, LimitUnit unit) {
		return Limit.named((unit == LimitUnit.TOKENS) ? "tokens" : "requests")
			.rates(Rate.parseAll(rates))
			.unit(unit)
			.build();
	}

	private static Quota quota(Dimension dimension, long limit, long remaining) {
		Duration untilFull = Duration.ofNanos((limit - remaining) * MINUTE.toNanos() / limit);
		return new Quota(dimension, limit, remaining, untilFull, MINUTE, Refill.CONTINUOUS);
	}

	/** A single permit that may be almost refilled does not show its window. */
	private static Quota inferred(Quota quota) {
		return (quota.remaining() < quota.limit() - 1) ? quota : new Quota(quota.dimension(), quota.limit(),
				quota.remaining(), quota.untilFull(), null, quota.refill());
	}

	/** Returns what is expected, with the time that was read if it was rounded up. */
	private static Quota rounded(Quota expected, Quota read) {
		Duration more = read.untilFull().minus(expected.untilFull());
		assertThat(more).isBetween(Duration.ZERO, Duration.ofSeconds(1));
		return new Quota(expected.dimension(), expected.limit(), expected.remaining(), read.untilFull(),
				expected.window(), expected.refill());
	}

	private static ProviderSnapshot read(String dialect, int status, Map<String, String> headers, String body) {
		return DIALECTS.byName(dialect)
			.read(new ProviderResponse(status, headers::get, body, new ManualTime().wallTime()));
	}

}
