package io.github.ratelimit.client;

import java.net.URI;
import java.util.List;

import io.github.ratelimit.ManualTime;
import io.github.ratelimit.governor.GovernorSettings;
import io.github.ratelimit.provider.dialect.ClientDialect;
import io.github.ratelimit.provider.dialect.Dialects;
import io.github.ratelimit.provider.dialect.ProviderResponse;
import io.github.ratelimit.provider.dialect.ProviderSnapshot;
import io.github.ratelimit.provider.usage.ModelRequest;
import io.github.ratelimit.provider.usage.TokenEstimator;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ClientLimiterTests {

	private static ClientLimiter limiter(List<KeyPart> key, TokenEstimator estimator) {
		ClientSettings settings = new ClientSettings("model", List.of(), new Failing(), key, GovernorSettings.DEFAULTS,
				List.of(), RetryPolicy.NONE);
		return new ClientLimiter(settings, new Dialects(List.of()), estimator, new ManualTime(), Runnable::run,
				ClientListener.NONE);
	}

	private static OutboundRequest request(String model, String credential) {
		return new OutboundRequest(URI.create("https://model.example/v1"),
				(name) -> name.equals("Authorization") ? credential : null, new ModelRequest(model, 10, 10, false),
				false, null);
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
