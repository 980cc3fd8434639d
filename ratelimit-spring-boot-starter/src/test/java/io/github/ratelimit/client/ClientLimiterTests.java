package io.github.ratelimit.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.client.ClientListener.Outcome;
import io.github.ratelimit.client.ClientSettings.KeyPart;
import io.github.ratelimit.client.ClientSettings.RetryPolicy;
import io.github.ratelimit.governor.CallRequest.Caller;
import io.github.ratelimit.governor.GovernorSettings;
import io.github.ratelimit.governor.GovernorSettings.ConfiguredQuota;
import io.github.ratelimit.observation.Listeners;
import io.github.ratelimit.provider.dialect.ClientDialect;
import io.github.ratelimit.provider.dialect.Dialects;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.ProviderResponse;
import io.github.ratelimit.provider.dialect.ProviderSnapshot;
import io.github.ratelimit.provider.usage.ModelRequest;
import io.github.ratelimit.provider.usage.TokenEstimator;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.StoreFixture;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientLimiterTests {

	private static ClientLimiter limiter(List<KeyPart> key, TokenEstimator estimator) {
		return limiter(key, estimator, ClientListener.NONE, new KillSwitch(true));
	}

	private static ClientLimiter limiter(List<KeyPart> key, TokenEstimator estimator, ClientListener listener,
			KillSwitch killSwitch) {
		ClientSettings settings = new ClientSettings("model", List.of(), new Failing(), key, GovernorSettings.DEFAULTS,
				List.of(), RetryPolicy.NONE);
		return new ClientLimiter(settings, new Dialects(List.of()), estimator, new ManualTime(), Runnable::run,
				listener, null, killSwitch, () -> Caller.UNBOUNDED);
	}

	private static OutboundRequest request(String model, String credential) {
		return new OutboundRequest(URI.create("https://model.example/v1"),
				(name) -> name.equalsIgnoreCase("Authorization") ? credential : null,
				new ModelRequest(model, 10, 10, false), false);
	}

	@Test
	void aCallDoesNotFailForAFailingDialectOrEstimatorOfTheApplication() {
		ClientLimiter limiter = limiter(List.of(KeyPart.CREDENTIAL), (request) -> {
			throw new IllegalStateException("This estimator always fails");
		});
		ClientCall call = limiter.acquire(request("m", "secret"));
		call.head(200, (name) -> null, null);
		call.close();
		assertThat(limiter.accounts()).singleElement()
			.satisfies((account) -> assertThat(account.governor().isIdle()).isTrue());
	}

	@Test
	void credentialsAndModelsHaveAccountsOfTheirOwnWithoutTheSecret() {
		ClientLimiter limiter = limiter(List.of(KeyPart.CREDENTIAL, KeyPart.MODEL), TokenEstimator.DEFAULT);
		limiter.acquire(request("a", "one"));
		limiter.acquire(request("b", "one"));
		limiter.acquire(request("a", "another"));
		limiter.acquire(request("a", "one"));
		assertThat(limiter.accounts()).hasSize(3)
			.noneMatch((account) -> account.key().text().contains("one") || account.key().text().contains("another"));
	}

	@Test
	void aSignatureCountsByTheKeyThatSigned() {
		ClientLimiter limiter = limiter(List.of(KeyPart.CREDENTIAL), TokenEstimator.DEFAULT);
		for (String key : List.of("AKIDONE", "AKIDONE", "AKIDTWO")) {
			limiter.acquire(request("m", "AWS4-HMAC-SHA256 Credential=" + key
					+ "/20261129/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature=" + UUID.randomUUID()));
		}
		limiter.acquire(request("m", "AWS4-HMAC-SHA256 without a key"));
		assertThat(limiter.accounts()).hasSize(3);
	}

	@Test
	void aFailingListenerOfTheApplicationLeavesNoCallInFlight() {
		ClientListener failing = new ClientListener() {

			@Override
			public void ended(String client, Outcome outcome) {
				throw new IllegalStateException("This listener always fails");
			}

		};
		List<Outcome> received = new ArrayList<>();
		ClientListener other = new ClientListener() {

			@Override
			public void ended(String client, Outcome outcome) {
				received.add(outcome);
			}

		};
		ClientLimiter limiter = limiter(List.of(KeyPart.CREDENTIAL), TokenEstimator.DEFAULT,
				Listeners.ofClients(List.of(failing, other)), new KillSwitch(true));
		limiter.acquire(request("m", "secret")).close();
		assertThat(received).hasSize(1);
		assertThat(limiter.accounts()).allMatch((account) -> account.governor().isIdle());
	}

	@ParameterizedTest
	@ValueSource(ints = { 204, 304 })
	void aResponseWithoutContentEndsTheCallAtItsHead(int status) {
		TestClient client = TestClient.client().maxConcurrent(1);
		client.limiter().acquire(request("m", "secret")).head(status, (name) -> null, null);
		assertThat(client.inFlight()).isZero();
		assertThat(client.outcomes()).containsExactly(Outcome.SENT);
	}

	@Test
	void aShortWindowIsOneQuotaThoughTheFirstResponseDoesNotShowIt() {
		TestClient client = TestClient.client().discovered().time(new ManualTime());
		answer(client, 119, "83ms");
		answer(client, 117, "250ms");
		answer(client, 119, "83ms");
		assertThat(client.states().get(0).quotas()).singleElement()
			.satisfies((quota) -> assertThat(quota.window()).isEqualTo(Duration.ofSeconds(10)));
	}

	private static void answer(TestClient client, int remaining, String reset) {
		ClientCall call = client.limiter().acquire(request("m", "secret"));
		call.head(200, Map.of("x-ratelimit-limit-requests", "120", "x-ratelimit-remaining-requests",
				String.valueOf(remaining), "x-ratelimit-reset-requests", reset)::get, null);
		call.close();
	}

	@Test
	void aCallThatIsCancelledJustAsItIsAdmittedEndsUnsent() {
		ManualTime time = new ManualTime();
		List<CompletableFuture<ClientCall>> queued = new CopyOnWriteArrayList<>();
		TestClient client = TestClient.client()
			.maxConcurrent(1)
			.time(time)
			.whenWaited(() -> queued.forEach((call) -> call.cancel(false)));
		ClientCall first = client.limiter().acquire(request("m", "secret"));
		queued.add(client.limiter().acquireAsync(request("m", "secret")));
		time.advance(Duration.ofSeconds(1));
		first.close();

		await().untilAsserted(
				() -> assertThat(client.outcomes()).containsExactlyInAnyOrder(Outcome.SENT, Outcome.NOT_SENT));
		assertThat(queued).allMatch(CompletableFuture::isCancelled);
		assertThat(client.inFlight()).isZero();
	}

	@Test
	void permitsThatAreTooFewForTheRequestTheyArePassedToEndUnsent() {
		TestClient client = TestClient.client().tokens(1000);
		OutboundRequest request = request("m", "secret");
		ClientCall few = client.limiter()
			.acquire(new OutboundRequest(request.uri(), request.headers(), new ModelRequest("m", 1, 1, false), false));
		Charge charge = StoreFixture.charge(Limit.of("openai", Rate.parse("1/s")), "m", 1);
		client.limiter()
			.acquire(request.withPassedOn(List.of(ChargeDecision.granted(charge, few, 0, 0, null))))
			.close();

		client.awaitOutcomes(Outcome.NOT_SENT, Outcome.SENT);
		few.close();
		assertThat(client.outcomes()).hasSize(2);
	}

	@Test
	void theKillSwitchAndShadowModeLetAllRequestsPass() {
		KillSwitch killSwitch = new KillSwitch(true);
		GovernorSettings one = new GovernorSettings(
				List.of(new ConfiguredQuota(Dimension.REQUESTS, 1, Duration.ofHours(1))), false, Integer.MAX_VALUE, 1,
				Duration.ofHours(2), 0, Duration.ofMinutes(5), LimitMode.ENFORCE);
		ClientLimiter limiter = new ClientLimiter(
				new ClientSettings("model", List.of(), new Failing(), List.of(KeyPart.CREDENTIAL), one, List.of(),
						RetryPolicy.NONE),
				new Dialects(List.of()), TokenEstimator.DEFAULT, new ManualTime(), Runnable::run, ClientListener.NONE,
				null, killSwitch, () -> Caller.UNBOUNDED);
		limiter.acquire(request("m", "secret")).close();
		CompletableFuture<ClientCall> queued = limiter.acquireAsync(request("m", "secret"));
		assertThat(queued).isNotDone();
		killSwitch.set(false, LimitMode.ENFORCE);
		assertThat(queued).isCompleted();
		queued.join().close();
		limiter.acquire(request("m", "secret")).close();
		killSwitch.set(true, LimitMode.SHADOW);
		limiter.acquire(request("m", "secret")).close();
		killSwitch.set(true, LimitMode.ENFORCE);
		assertThat(limiter.acquireAsync(request("m", "secret"))).as("what was sent meanwhile has used the quota")
			.isCompletedExceptionally();
	}

	@Test
	void inventedCredentialsPushOutOnlyIdleAccounts() {
		ClientLimiter limiter = limiter(List.of(KeyPart.CREDENTIAL), TokenEstimator.DEFAULT);
		ClientCall open = limiter.acquire(request("m", "open"));
		for (int i = 0; i < ProviderAccounts.MAX_IDLE + 1000; i++) {
			limiter.acquire(request("m", "invented" + i)).close();
		}
		assertThat(limiter.accounts()).hasSizeLessThanOrEqualTo(ProviderAccounts.MAX_IDLE + 1)
			.anyMatch((account) -> !account.governor().isIdle());
		open.close();
		assertThat(limiter.accounts()).allMatch((account) -> account.governor().isIdle());
	}

	@Test
	void theFirstRequestOfAnAttemptThatIsBeingSentIsNotLimitedAgain() {
		ClientLimiter limiter = limiter(List.of(KeyPart.CREDENTIAL), TokenEstimator.DEFAULT);
		ClientLimiter another = limiter(List.of(KeyPart.CREDENTIAL), TokenEstimator.DEFAULT);
		URI uri = URI.create("https://model.example/v1");
		LimitedRequests requests = LimitedRequests.all(limiter);
		ClientCall attempt = limiter.acquire(request("m", "secret"));
		String response = attempt.send(() -> {
			assertThat(LimitedRequests.all(another).limiter(uri)).isSameAs(another);
			assertThat(requests.limiter(uri)).isNull();
			assertThat(requests.limiter(uri)).isSameAs(limiter);
			return "response";
		});
		assertThat(response).isEqualTo("response");
		assertThat(requests.limiter(uri)).isSameAs(limiter);
	}

	private static final class Failing implements ClientDialect {

		@Override
		public String name() {
			return "failing";
		}

		@Override
		public ProviderSnapshot read(ProviderResponse response) {
			throw new IllegalStateException("This dialect always fails");
		}

	}

}
