package io.github.ratelimit.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ratelimit.LimitMode;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.client.ClientSettings.KeyPart;
import io.github.ratelimit.client.ClientSettings.RetryPolicy;
import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.governor.CallRequest.Caller;
import io.github.ratelimit.governor.GovernorSettings;
import io.github.ratelimit.governor.GovernorSettings.ConfiguredQuota;
import io.github.ratelimit.governor.GovernorState.QuotaState;
import io.github.ratelimit.provider.dialect.Dialects;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.usage.ModelRequest;
import io.github.ratelimit.provider.usage.TokenEstimator;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.store.InstanceNotes;
import io.github.ratelimit.store.memory.MemoryStore;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One response with wrong figures, and one request for more tokens than there can be, do
 * not stop or spoil the calls after it for long.
 */
class OddNumbersTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final ManualTime time = new ManualTime();

	private final MemoryStore store = new MemoryStore(this.time, 100);

	private ClientLimiter client(String dialect, @Nullable InstanceNotes notes, ConfiguredQuota... quotas) {
		Dialects dialects = new Dialects(List.of());
		GovernorSettings settings = new GovernorSettings(List.of(quotas), quotas.length == 0, Integer.MAX_VALUE, 1000,
				MINUTE, 0, Duration.ofMinutes(5), LimitMode.ENFORCE);
		return new ClientLimiter(
				new ClientSettings("model", List.of(), dialects.byName(dialect), List.of(KeyPart.CREDENTIAL), settings,
						List.of(), RetryPolicy.NONE),
				dialects, TokenEstimator.DEFAULT, this.time, Runnable::run, ClientListener.NONE, notes,
				new KillSwitch(true), () -> Caller.UNBOUNDED);
	}

	private static CompletableFuture<ClientCall> call(ClientLimiter client, long tokens) {
		return call(client, new ModelRequest(null, tokens, 0, false));
	}

	private static CompletableFuture<ClientCall> call(ClientLimiter client, ModelRequest request) {
		return client
			.acquireAsync(new OutboundRequest(URI.create("https://model.example/v1"), (name) -> null, request, false));
	}

	private static void answer(ClientCall call, Map<String, String> headers) {
		call.head(200, headers::get, null);
		call.close();
	}

	/**
	 * Returns the request that a caller of the application has sent, who may write
	 * anything.
	 */
	private static ModelRequest request(String json) {
		OutboundBody body = new OutboundBody();
		byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
		body.write(bytes, 0, bytes.length);
		return body.facts();
	}

	private static QuotaState quota(ClientLimiter client) {
		return client.accounts().iterator().next().governor().state().quotas().get(0);
	}

	private static Map<String, String> tokens(long limit, long remaining) {
		return Map.of("x-ratelimit-limit-tokens", Long.toString(limit), "x-ratelimit-remaining-tokens",
				Long.toString(remaining));
	}

	@ParameterizedTest
	@CsvSource({ "ietf, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset, 3600000",
			"ietf, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset, 31000000",
			"azure-openai, x-ratelimit-limit-requests, x-ratelimit-remaining-requests, x-ratelimit-reset-requests, 300d",
			"cerebras, x-ratelimit-limit-requests-minute, x-ratelimit-remaining-requests-minute, "
					+ "x-ratelimit-reset-requests-minute, 3600000" })
	void anEndThatIsManyWindowsAwayStopsCallsForAFewMinutesAtMost(String dialect, String limit, String remaining,
			String reset, String end) {
		ClientLimiter client = client(dialect, null);
		answer(call(client, 1).join(), Map.of(limit, "100", remaining, "0", reset, end));
		this.time.advance(Duration.ofMinutes(5));
		CompletableFuture<ClientCall> next = call(client, 1);
		this.time.advance(MINUTE);
		assertThat(next).isCompleted();
	}

	@Test
	void anEndWithinTheWindowIsBelieved() {
		ClientLimiter client = client("ietf", null);
		answer(call(client, 1).join(), Map.of("x-ratelimit-limit", "100", "x-ratelimit-remaining", "0",
				"x-ratelimit-reset", Long.toString(Duration.ofDays(20).toSeconds())));
		this.time.advance(Duration.ofDays(19));
		assertThat(call(client, 1)).isCompletedExceptionally();
		this.time.advance(Duration.ofDays(1));
		CompletableFuture<ClientCall> next = call(client, 1);
		this.time.advance(MINUTE);
		assertThat(next).isCompleted();
	}

	@Test
	void aLimitThatWasReportedOnceDoesNotRefuseLargeCallsForever() {
		ClientLimiter client = client("openai", null);
		answer(call(client, 500).join(), tokens(100, 100));
		assertThatThrownBy(() -> call(client, 500).join()).hasCauseInstanceOf(CallRefusedException.class)
			.hasMessageContaining("can ever grant");
		this.time.advance(Duration.ofMinutes(6));
		answer(call(client, 500).join(), tokens(100_000, 99_500));
		assertThat(call(client, 500)).isCompleted();
	}

	@Test
	void aUsageThatNoProviderCanHaveServedIsForgottenAfterSomeCalls() {
		ClientLimiter client = client("none", null, new ConfiguredQuota(Dimension.TOKENS, 1_000_000, MINUTE));
		for (int i = 0; i < 100; i++) {
			use(call(client, 10).join(), "10");
		}
		use(call(client, 10).join(), "900000000000000");
		this.time.advance(Duration.ofMinutes(3));
		for (int i = 0; i < 200; i++) {
			use(call(client, 10).join(), "10");
		}
		assertThat(quota(client).factor()).isBetween(0.9, 1.6);
	}

	@Test
	void aRequestThatAsksForMoreThanItsAnswerCanHaveIsForgottenAfterSomeCalls() {
		ClientLimiter client = client("none", null, new ConfiguredQuota(Dimension.TOKENS, 1_000_000, MINUTE));
		use(call(client, request("{\"max_tokens\":900000000000000,\"n\":100000}")).join(), "10");
		this.time.advance(MINUTE);
		for (int i = 0; i < 300; i++) {
			use(call(client, 10).join(), "10");
		}
		assertThat(quota(client).factor()).isBetween(0.7, 1.2);
	}

	private static void use(ClientCall call, String tokens) {
		byte[] body = ("{\"usage\":{\"prompt_tokens\":" + tokens + ",\"completion_tokens\":1}}")
			.getBytes(StandardCharsets.UTF_8);
		call.head(200, (name) -> null, null);
		call.body(body, 0, body.length);
		call.close();
	}

	@Test
	void aRequestForMoreTokensThanThereCanBeDoesNotHideTheCallsAfterIt() {
		ClientLimiter client = client("openai", null);
		answer(call(client, request("{\"max_tokens\":900000000000000,\"n\":100000}")).join(), tokens(10_000, 10_000));
		ClientCall first = call(client, 100).join();
		call(client, 50).join();
		first.head(200, tokens(10_000, 9000)::get, null);
		assertThat(quota(client).available()).isEqualTo(Math.round(9000 - 50 * quota(client).factor()));
	}

	@Test
	void aRequestForMoreTokensThanThereCanBeDoesNotHideTheCallsFromOtherInstances() {
		ConfiguredQuota requests = new ConfiguredQuota(Dimension.REQUESTS, 100, MINUTE);
		ClientLimiter one = client("none", this.store::exchange, requests);
		ClientCall refused = call(one, request("{\"max_tokens\":900000000000000,\"n\":100000}")).join();
		refused.head(400, (name) -> null, null);
		refused.close();
		List<CompletableFuture<ClientCall>> calls = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			calls.add(call(one, 10));
		}
		this.time.advance(Duration.ofSeconds(1));
		assertThat(calls).filteredOn(CompletableFuture::isDone).hasSizeGreaterThan(90);
		ClientLimiter other = client("none", this.store::exchange, requests);
		List<CompletableFuture<ClientCall>> others = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			others.add(call(other, 10));
		}
		assertThat(others).filteredOn(CompletableFuture::isDone).hasSizeLessThan(4);
	}

}
