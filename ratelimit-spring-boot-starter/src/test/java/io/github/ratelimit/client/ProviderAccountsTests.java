package io.github.ratelimit.client;

import static io.github.ratelimit.client.LocalProvider.inTurn;
import static io.github.ratelimit.client.LocalProvider.json;
import static io.github.ratelimit.client.LocalProvider.status;
import static io.github.ratelimit.client.TestClient.client;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.ratelimit.Key;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.client.ClientListener.Outcome;
import io.github.ratelimit.client.http.RateLimitClientInterceptor;
import io.github.ratelimit.client.reactive.RateLimitExchangeFilter;
import io.github.ratelimit.provider.usage.ModelRequest;
import io.github.ratelimit.provider.usage.TokenEstimator;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.http.MediaType;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

/** Which accounts are removed when there are too many. */
@Tag("version-independent")
class ProviderAccountsTests {

	private static final String REQUEST = "{\"model\":\"gpt-4o\",\"max_tokens\":100}";

	private static final String USAGE = """
			{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":5}}""";

	private static final String THROTTLED = """
			{"error":{"type":"requests","code":"rate_limit_exceeded","message":"Slow down"}}""";

	private static final Map<String, String> FULL = Map.of("x-ratelimit-limit-requests", "1000",
			"x-ratelimit-remaining-requests", "999", "x-ratelimit-reset-requests", "60ms");

	private static final Map<String, String> EMPTY = Map.of("x-ratelimit-limit-requests", "1000",
			"x-ratelimit-remaining-requests", "0", "x-ratelimit-reset-requests", "24h");

	private static final int MOST = ProviderAccounts.MAX_IDLE + ProviderAccounts.MAX_IDLE / 10 + 1;

	private final ManualTime time = new ManualTime();

	private final AtomicInteger others = new AtomicInteger();

	private LocalProvider provider;

	@BeforeEach
	void start() throws IOException {
		this.provider = new LocalProvider(inTurn(status(429, THROTTLED, "Retry-After", "2"), json(USAGE)));
	}

	@AfterEach
	void stop() {
		this.provider.close();
	}

	@Test
	void aRequestThatWaitsForItsRetryWithItsThreadKeepsItsAccount() {
		AtomicInteger held = new AtomicInteger();
		TestClient client = client().discovered().attempts(2).time(this.time).caller(() -> {
			held.incrementAndGet();
			return held::decrementAndGet;
		});
		RestClient rest = RestClient.builder()
			.baseUrl(this.provider.url())
			.requestFactory(new JdkClientHttpRequestFactory())
			.requestInterceptor(new RateLimitClientInterceptor(client.limiter()))
			.build();
		CompletableFuture<String> call = TestThreads.call(() -> rest.post()
			.uri("/v1/chat")
			.contentType(MediaType.APPLICATION_JSON)
			.body(REQUEST)
			.retrieve()
			.body(String.class));
		await().until(() -> held.get() == 1 && client.outcomes().contains(Outcome.THROTTLED));
		assertKeptUntilAnswered(client, call);
		assertThat(held).hasValue(0);
	}

	@Test
	void aRequestThatWaitsForItsRetryWithoutAThreadKeepsItsAccount() {
		TestClient client = client().discovered().attempts(2).time(this.time);
		CompletableFuture<String> call = WebClient.builder()
			.baseUrl(this.provider.url())
			.clientConnector(new JdkClientHttpConnector())
			.filter(new RateLimitExchangeFilter(client.limiter()))
			.build()
			.post()
			.uri("/v1/chat")
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue(REQUEST)
			.retrieve()
			.bodyToMono(String.class)
			.toFuture();
		await().until(() -> client.outcomes().contains(Outcome.THROTTLED));
		assertKeptUntilAnswered(client, call);
	}

	private void assertKeptUntilAnswered(TestClient client, CompletableFuture<String> call) {
		assertThat(client.inFlight()).isZero();
		useOthers(client.limiter());
		assertThat(isKept(client)).isTrue();
		this.time.advanceUntil(Duration.ofMillis(500), () -> call.isDone());
		assertThat(call.join()).isEqualTo(USAGE);
		await().until(() -> {
			useOthers(client.limiter());
			return !isKept(client);
		});
	}

	@Test
	void anAccountIsKeptWhileACallerHoldsItsThreadForARetry() {
		TestClient client = client().discovered().attempts(2).time(this.time);
		ClientCall call = client.limiter().acquire(request("secret", "gpt-4o"));
		call.head(429, Map.of("retry-after", "2")::get, THROTTLED);
		Runnable freed = call.holdUntilRetry(1);
		call.close();
		useOthers(client.limiter());
		assertThat(client.limiter().accounts().contains(call.account())).isTrue();
		freed.run();
		useOthers(client.limiter());
		assertThat(isKept(client)).isFalse();
	}

	@Test
	void anAccountThatHasJustBeenRemovedComesBackForARetry() {
		TestClient client = client().discovered().attempts(2).time(this.time);
		ClientCall call = client.limiter().acquire(request("secret", "gpt-4o"));
		call.head(429, Map.of("retry-after", "2")::get, THROTTLED);
		call.close();
		useOthers(client.limiter());
		assertThat(isKept(client)).isFalse();
		CompletableFuture<?> over = call.untilRetry(1);
		useAnother(client.limiter());
		assertThat(client.limiter().accounts().contains(call.account())).isTrue();
		assertThat(client.limiter().acquireAsync(request("secret", "gpt-4o"))).as("after the retry-after").isNotDone();
		over.cancel(false);
	}

	@Test
	void anAccountIsKeptFromItsLookUpUntilItsCallIsInFlight() {
		AtomicReference<ClientLimiter> limiter = new AtomicReference<>();
		AtomicBoolean first = new AtomicBoolean(true);
		TestClient client = client().estimator((request) -> {
			if (first.getAndSet(false)) {
				useOthers(limiter.get());
			}
			return TokenEstimator.DEFAULT.estimate(request);
		});
		limiter.set(client.limiter());
		limiter.get().acquire(request("secret", "gpt-4o"));
		assertThat(isKept(client)).isTrue();
	}

	@Test
	void anAccountIsRemovedOnceItsCallsHaveEndedHoweverTheyDid() {
		TestClient client = client().tokens(1000).maxConcurrent(1).attempts(2).time(this.time);
		ClientLimiter limiter = client.limiter();
		takeByName(new ClientBudget(limiter));
		ClientCall call = limiter.acquire(request("secret", "gpt-4o"));
		CompletableFuture<ClientCall> queued = limiter.acquireAsync(request("secret", "gpt-4o"));
		assertThat(client.waiting()).isEqualTo(1);
		queued.cancel(false);
		call.head(429, Map.of("retry-after", "2")::get, THROTTLED);
		Runnable freed = call.holdUntilRetry(1);
		assertThat(freed).isNotNull();
		call.close();
		freed.run();
		call.untilRetry(1).cancel(false);
		CompletableFuture<?> over = call.untilRetry(1);
		this.time.advance(Duration.ofSeconds(5));
		await().until(over::isDone);
		assertThat(client.inFlight() + client.waiting()).isZero();

		useOthers(limiter);
		await().until(() -> {
			useOthers(limiter);
			return !isKept(client);
		});
	}

	/** Takes no permits, some, and more than there can be. */
	private static void takeByName(ClientBudget budget) {
		for (long permits : new long[] { 0, 10, 1001 }) {
			Charge charge = Charge.of(budget.registered().handle(), Key.of("gpt-4o"), permits);
			end(budget.tryTake(charge));
			end(budget.take(charge));
			end(budget.asyncTake(charge).get().join());
		}
	}

	private static void end(ChargeDecision decision) {
		if (decision.receipt() instanceof ClientCall call) {
			call.notSent();
		}
	}

	@Test
	void aFloodOfCredentialsRemovesNothingThatIsKnownOfOtherAccounts() {
		TestClient client = client().discovered().time(this.time);
		ClientLimiter limiter = client.limiter();
		answer(limiter, request("one", "closed"), 429, Map.of("retry-after", "300"));
		answer(limiter, request("two", "known"), 200, FULL);
		answer(limiter, request("three", "empty"), 200, EMPTY);
		for (int i = 0; i < 3 * ProviderAccounts.MAX_IDLE; i++) {
			this.time.advance(Duration.ofMillis(1));
			answer(limiter, request("flood" + i, "o3"), 401, Map.of());
			assertThat(limiter.accounts()).hasSizeLessThanOrEqualTo(MOST);
		}
		assertThat(client.models()).contains("closed", "known", "empty");
		assertThat(limiter.acquireAsync(request("one", "closed"))).as("until the retry-after is over")
			.isCompletedExceptionally();
	}

	@Test
	void ofAccountsWithKnownLimitsTheLeastRecentlyUsedGoFirstAndThoseThatMustWaitLast() {
		TestClient client = client().discovered().time(this.time);
		ClientLimiter limiter = client.limiter();
		answer(limiter, request("one", "closed"), 429, Map.of("retry-after", "300"));
		answer(limiter, request("two", "empty"), 200, EMPTY);
		answer(limiter, request("three", "used"), 200, FULL);
		answer(limiter, request("four", "unused"), 200, FULL);
		for (int i = 0; i < 3 * ProviderAccounts.MAX_IDLE; i++) {
			this.time.advance(Duration.ofMillis(1));
			answer(limiter, request("flood" + i, "o3"), 200, FULL);
			if (i % 1000 == 0) {
				answer(limiter, request("three", "used"), 200, FULL);
			}
			assertThat(limiter.accounts()).hasSizeLessThanOrEqualTo(MOST);
		}
		assertThat(client.models()).contains("closed", "empty", "used").doesNotContain("unused");
	}

	@Test
	void thereAreNoMoreAccountsEvenIfTheProviderMakesAllOfThemWait() {
		TestClient client = client().discovered().time(this.time);
		ClientLimiter limiter = client.limiter();
		for (int i = 0; i < 2 * ProviderAccounts.MAX_IDLE; i++) {
			answer(limiter, request("flood" + i, "o3"), 429, Map.of("retry-after", "300"));
			assertThat(limiter.accounts()).hasSizeLessThanOrEqualTo(MOST);
		}
	}

	@Test
	void anAccountThatNeedNotWaitAnyMoreIsRemovedBeforeThoseThatMust() {
		TestClient client = client().discovered().time(this.time);
		ClientLimiter limiter = client.limiter();
		makeWait(limiter, "before", ProviderAccounts.MAX_IDLE);
		this.time.advance(Duration.ofMillis(1));
		answer(limiter, request("one", "gpt-4o"), 429, Map.of("retry-after", "2"));
		makeWait(limiter, "next", 1000);
		assertThat(isKept(client)).isTrue();
		this.time.advance(Duration.ofSeconds(2));
		makeWait(limiter, "after", 4000);
		assertThat(isKept(client)).isFalse();
	}

	private static void makeWait(ClientLimiter limiter, String name, int accounts) {
		for (int i = 0; i < accounts; i++) {
			answer(limiter, request(name + i, "o3"), 429, Map.of("retry-after", "300"));
		}
	}

	private static void answer(ClientLimiter limiter, OutboundRequest request, int status,
			Map<String, String> headers) {
		ClientCall call = limiter.acquire(request);
		call.head(status, headers::get, (status == 429) ? THROTTLED : null);
		call.close();
	}

	/** Has more other accounts than there may be, none of them idle. */
	private void useOthers(ClientLimiter limiter) {
		for (int i = 0; i < ProviderAccounts.MAX_IDLE + ProviderAccounts.MAX_IDLE / 5; i++) {
			useAnother(limiter);
		}
	}

	private void useAnother(ClientLimiter limiter) {
		limiter.acquire(request("other" + this.others.incrementAndGet(), "o3"));
	}

	private static OutboundRequest request(String credential, String model) {
		return OutboundRequest.of(URI.create("https://api.openai.com/v1"),
				(name) -> name.equalsIgnoreCase("Authorization") ? "Bearer " + credential : null,
				new ModelRequest(model, 10, 10, false));
	}

	private static boolean isKept(TestClient client) {
		return client.models().contains("gpt-4o");
	}

}
