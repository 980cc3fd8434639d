package io.github.ratelimit.client;

import static io.github.ratelimit.client.TestClient.client;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Permit;
import io.github.ratelimit.PermitRequest;
import io.github.ratelimit.Rate;
import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.UnknownLimitException;
import io.github.ratelimit.client.ClientListener.Outcome;
import io.github.ratelimit.client.reactive.WebClientCustomizers;
import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.governor.CallRefusedException.Reason;
import io.github.ratelimit.limiter.ChargeLimiter;
import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.limiter.NamedBudgets;
import io.github.ratelimit.limiter.RateLimitListener;
import io.github.ratelimit.limiter.StoreRateLimiter;
import io.github.ratelimit.permit.PassedOnCharges;
import io.github.ratelimit.permit.StoreDecision;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.usage.ModelRequest;
import io.github.ratelimit.queue.WaitingThreadLimit;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitStatistics;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.memory.MemoryStore;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.http.ResponseEntity;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Code that requests permits of a client from {@link RateLimiter}. */
class ClientBudgetTests {

	private final ManualTime time = new ManualTime();

	private final LimitRegistry registry = new LimitRegistry();

	private final MemoryStore store = new MemoryStore(this.time, 1000);

	private final KillSwitch killSwitch = new KillSwitch(true);

	private RateLimiter limiter(TestClient... clients) {
		NamedBudgets budgets = new NamedBudgets(
				List.of(clients).stream().map((client) -> new ClientBudget(client.time(this.time).limiter())).toList());
		this.registry.addCheck(budgets::check);
		return limiter(this.store, budgets);
	}

	private RateLimiter limiter(LimitStore store, NamedBudgets budgets) {
		return new StoreRateLimiter(this.registry, budgets, new ChargeLimiter(store, budgets, this.killSwitch,
				new LimiterFailures(this.time), this.time, RateLimitListener.NONE, WaitingThreadLimit.NONE));
	}

	private static ClientCall request(TestClient client, String model) {
		return client.limiter()
			.acquire(OutboundRequest.of(URI.create("https://api.openai.com/v1"),
					(name) -> name.equalsIgnoreCase("Authorization") ? "Bearer sk-secret" : null,
					new ModelRequest(model, 10, 10, false)));
	}

	@Test
	void aCallKeepsThePriorityOfItsThreadWhileTheStoreIsAsked() {
		TestClient client = client().maxConcurrent(1);
		CompletableFuture<List<ChargeDecision>> reply = new CompletableFuture<>();
		LimitStore remote = (LimitStore) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { LimitStore.class }, (proxy, method, args) -> reply);
		this.registry.register(Limit.of("chat", Rate.parse("10/h")), List.of());
		RateLimiter limiter = limiter(remote,
				new NamedBudgets(List.of(new ClientBudget(client.time(this.time).limiter()))));
		ClientCall inFlight = request(client, "gpt-4o");
		List<PermitRequest> both = List.of(new PermitRequest("chat", Key.of("ann"), 1),
				new PermitRequest("openai", Key.GLOBAL, 1));
		CompletableFuture<Decision> low = RequestPriority.LOW.call(() -> limiter.acquireAsync(both));
		reply.complete(List.of(ChargeDecision.granted(Charge.of(this.registry.get("chat").handle(), Key.of("ann"), 1),
				null, 9, 1, null)));
		await().until(() -> client.waiting() == 1);
		CompletableFuture<ClientCall> normal = client.limiter()
			.acquireAsync(OutboundRequest.of(URI.create("https://api.openai.com/v1"),
					(name) -> name.equalsIgnoreCase("Authorization") ? "Bearer sk-secret" : null,
					new ModelRequest("gpt-4o", 10, 10, false)));
		inFlight.close();
		await().until(normal::isDone);
		assertThat(low).isNotDone();
		normal.join().close();
		assertThat(low).succeedsWithin(Duration.ofSeconds(20));
	}

	@Test
	void aPermitTakesARequestAndItsTokensOfTheAccountThatRequestsUse() {
		TestClient client = client().tokens(1000);
		RateLimiter limiter = limiter(client);
		request(client, "gpt-4o").notSent();
		Permit permit = limiter.tryAcquire("openai", "gpt-4o", 400).permit();
		assertThat(client.models()).containsExactly("gpt-4o");
		assertThat(client.inFlight()).isEqualTo(1);
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(1);
		assertThat(client.spent(Dimension.TOKENS)).isEqualTo(400);
		permit.close();
		assertThat(client.inFlight()).isZero();
		assertThat(client.spent(Dimension.TOKENS)).isEqualTo(400);
	}

	@Test
	void aCallIsSettledByWhatItUsedAndEndsWithIt() {
		TestClient client = client().tokens(1000);
		Permit permit = limiter(client).tryAcquire("openai", "gpt-4o", 400).permit();
		assertThat(permit.settle(150)).isTrue();
		assertThat(permit.settle(1)).isFalse();
		permit.close();
		assertThat(client.spent(Dimension.TOKENS)).isEqualTo(150);
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(1);
		assertThat(client.inFlight()).isZero();
		assertThat(client.outcomes()).containsExactly(Outcome.SENT);
	}

	@Test
	void aCallThatIsNotMadeGivesEverythingBack() {
		TestClient client = client().tokens(1000);
		Permit permit = limiter(client).tryAcquire("openai", "gpt-4o", 400).permit();
		assertThat(permit.giveBack()).isTrue();
		assertThat(permit.giveBack()).isFalse();
		assertThat(client.spent(Dimension.TOKENS)).isZero();
		assertThat(client.spent(Dimension.REQUESTS)).isZero();
		assertThat(client.inFlight()).isZero();
	}

	@Test
	void aFailedCallStaysChargedSinceTheProviderMayHaveServedIt() {
		TestClient client = client().tokens(1000);
		limiter(client).tryAcquire("openai", "gpt-4o", 400).permit().fail();
		assertThat(client.spent(Dimension.TOKENS)).isEqualTo(400);
		assertThat(client.inFlight()).isZero();
	}

	@Test
	void aRefusalNamesTheClientAndTheWait() {
		TestClient client = client().quota(Dimension.TOKENS, 600, Duration.ofMinutes(1));
		RateLimiter limiter = limiter(client);
		limiter.tryAcquire("openai", "gpt-4o", 600);
		Decision refusal = limiter.tryAcquire("openai", "gpt-4o", 100);
		assertThat(refusal.isAllowed()).isFalse();
		RateLimitExceededException exception = new RateLimitExceededException(refusal);
		assertThat(exception.limits()).containsExactly("openai");
		assertThat(exception.retryAfter()).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(15));
		assertThat(exception).hasMessageMatching("Limit 'openai' is exceeded. Retry after 1\\d s");
		assertThat(client.waiting()).isZero();
	}

	@Test
	void aRefusalSaysThatTheWaitWouldBeTooLong() {
		TestClient client = client().quota(Dimension.TOKENS, 600, Duration.ofMinutes(1)).maxWait(Duration.ofSeconds(5));
		RateLimiter limiter = limiter(client);
		limiter.tryAcquire("openai", "gpt-4o", 600);
		for (Decision refusal : List.of(limiter.acquire("openai", "gpt-4o", 100),
				limiter.acquireAsync("openai", "gpt-4o", 100).join())) {
			assertRefused(refusal, Reason.WAIT_TOO_LONG, Duration.ofSeconds(10),
					"it would have to wait 10 s from now, longer than it may. Raise ratelimit.clients.openai.max-wait, or call less often");
		}
		assertThat(limiter.tryAcquire("openai", "gpt-4o", 100).violated()).singleElement()
			.satisfies((refused) -> assertThat(refused.refusal()).isNull());
	}

	@Test
	void aRefusalSaysThatTheQueueIsFull() {
		TestClient client = client().quota(Dimension.TOKENS, 600, Duration.ofMinutes(1)).maxWaiting(1);
		RateLimiter limiter = limiter(client);
		limiter.tryAcquire("openai", "gpt-4o", 600);
		limiter.acquireAsync("openai", "gpt-4o", 50);
		for (Decision refusal : List.of(limiter.acquire("openai", "gpt-4o", 50),
				limiter.tryAcquire("openai", "gpt-4o", 50))) {
			assertRefused(refusal, Reason.QUEUE_FULL, Duration.ofSeconds(10),
					"the queue is full, and it would have to wait 10 s from now. Raise ratelimit.clients.openai.max-waiting, "
							+ "or call less often");
		}
	}

	@Test
	void aRefusalSaysThatTheProviderAcceptsNoCalls() {
		TestClient client = client().discovered().maxWait(Duration.ofSeconds(20));
		RateLimiter limiter = limiter(client);
		ClientCall call = request(client, "gpt-4o");
		call.head(429, Map.of("retry-after", "40")::get,
				"{\"error\":{\"type\":\"requests\",\"code\":\"rate_limit_exceeded\"}}");
		call.close();
		for (Decision refusal : List.of(limiter.acquire("openai", "gpt-4o", 1),
				limiter.tryAcquire("openai", "gpt-4o", 1))) {
			assertRefused(refusal, Reason.THROTTLED, Duration.ofSeconds(40),
					"the provider has refused calls and accepts none for now, and it would have to wait 40 s from now, longer than it "
							+ "may. Call less often, or raise ratelimit.clients.openai.max-wait");
		}
	}

	@Test
	void aRefusalSaysThatNoThreadIsLeftForWaiting() {
		TestClient client = client().quota(Dimension.TOKENS, 600, Duration.ofMinutes(1)).caller(() -> null);
		RateLimiter limiter = limiter(client);
		limiter.tryAcquire("openai", "gpt-4o", 600);
		assertRefused(limiter.acquire("openai", "gpt-4o", 50), Reason.THREADS_HELD, Duration.ofSeconds(5),
				"queued calls hold as many request threads as they may, and it would have to wait 5 s from now");
	}

	private static void assertRefused(Decision decision, Reason reason, Duration wait, String why) {
		assertThat(decision.violated()).singleElement().satisfies((refused) -> {
			assertThat(refused.refusal()).isInstanceOfSatisfying(CallRefusedException.class, (refusal) -> {
				assertThat(refusal.reason()).isEqualTo(reason);
				assertThat(refusal.retryAfter()).isEqualTo(wait);
			});
			assertThat(refused.retryAfter()).isEqualTo(wait);
		});
		assertThat(new RateLimitExceededException(decision))
			.hasMessageStartingWith("Limit 'openai' is exceeded. Retry after " + wait.toSeconds()
					+ " s. The call of client 'openai' was not sent: " + why);
	}

	@Test
	void aCallThatIsLargerThanTheQuotaCanNeverBePaid() {
		Decision refusal = limiter(client().tokens(1000)).acquire("openai", "gpt-4o", 1001);
		assertThat(refusal.violated()).singleElement()
			.satisfies((limit) -> assertThat(limit.isNeverPayable()).isTrue());
		assertThat(new RateLimitExceededException(refusal)).hasMessage(
				"Limit 'openai' can never admit this call: it costs 1001 permits, and the limit holds at most 1000");
	}

	/** Providers report figures that no rate of a limit can have. */
	@ParameterizedTest
	@CsvSource({ "53000003, 52999903, 163ms", "1000003, 3, 7.33333333s", "500000000, 3, 20ms" })
	void aCallThatIsLargerThanAnUnusualReportedQuotaIsRefused(String tokens, String remaining, String reset)
			throws Exception {
		TestClient client = client().discovered();
		RateLimiter limiter = limiter(client);
		ClientCall call = request(client, "gpt-4o");
		Map<String, String> headers = Map.of("x-ratelimit-limit-tokens", tokens, "x-ratelimit-remaining-tokens",
				remaining, "x-ratelimit-reset-tokens", reset);
		call.head(200, headers::get, null);
		call.close();

		long more = 20 * Long.parseLong(tokens);
		assertThat(limiter.tryAcquire("openai", "gpt-4o", more).isAllowed()).isFalse();
		assertThat(limiter.acquireAsync("openai", "gpt-4o", more).get(10, TimeUnit.SECONDS).isAllowed()).isFalse();
		assertThat(client.inFlight()).isZero();
	}

	@Test
	void callsWaitUpToTheLongestWaitOfTheClient() throws Exception {
		TestClient client = client().quota(Dimension.TOKENS, 600, Duration.ofMinutes(1))
			.maxWait(Duration.ofSeconds(20));
		RateLimiter limiter = limiter(client);
		limiter.tryAcquire("openai", "gpt-4o", 600);
		assertThat(limiter.acquire("openai", "gpt-4o", 300).isAllowed()).isFalse();
		CompletableFuture<Decision> blocking = TestThreads.call(() -> limiter.acquire("openai", "gpt-4o", 50));
		await().until(() -> client.waiting() == 1);
		CompletableFuture<Decision> waiting = limiter.acquireAsync("openai", "gpt-4o", 50);
		assertThat(client.waiting()).isEqualTo(2);
		assertThat(waiting).isNotDone();
		// the blocking thread is queued before its timer is set
		this.time.advanceUntil(Duration.ofMillis(500), () -> blocking.isDone() && waiting.isDone());
		assertThat(blocking.join().isAllowed()).isTrue();
		assertThat(waiting.join().isAllowed()).isTrue();
		assertThat(client.inFlight()).isEqualTo(3);
	}

	@Test
	void aCancelledCallLeavesTheQueueAndGivesBackWhatItsLimitsGranted() {
		TestClient client = client().maxConcurrent(1);
		RateLimiter limiter = limiter(client);
		this.registry.register(Limit.of("own", Rate.of(1, Duration.ofDays(1))), List.of());
		Permit first = limiter.tryAcquire("openai", "gpt-4o").permit();
		CompletableFuture<Decision> waiting = limiter.acquireAsync(
				List.of(new PermitRequest("own", Key.GLOBAL, 1), new PermitRequest("openai", Key.of("gpt-4o"), 1)));
		assertThat(client.waiting()).isEqualTo(1);
		waiting.cancel(false);
		assertThat(client.waiting()).isZero();
		assertThat(limiter.tryAcquire(List.of(new PermitRequest("own", Key.GLOBAL, 1))).isAllowed()).isTrue();
		first.close();
		assertThat(client.inFlight()).isZero();
	}

	@Test
	void limitsAndClientsAreAllOrNothing() {
		TestClient client = client().maxConcurrent(1);
		RateLimiter limiter = limiter(client);
		this.registry.register(Limit.of("own", Rate.of(2, Duration.ofDays(1))), List.of());
		List<PermitRequest> both = List.of(new PermitRequest("own", Key.GLOBAL, 1),
				new PermitRequest("openai", Key.GLOBAL, 1));
		Permit first = limiter.tryAcquire(both).permit();
		assertThat(limiter.tryAcquire(both).violated()).extracting((limit) -> limit.limit().name())
			.containsExactly("openai");
		first.close();
		limiter.tryAcquire(both).permit().close();
		Decision ofOwn = limiter.tryAcquire(both);
		assertThat(ofOwn.violated()).extracting((limit) -> limit.limit().name()).containsExactly("own");
		assertThat(client.inFlight()).isZero();
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(2);
	}

	@Test
	void aLimitCountsNoCallAsAllowedThatABudgetRefuses() {
		TestClient client = client().maxConcurrent(1);
		RateLimiter limiter = limiter(client);
		LimitStatistics counted = this.registry.register(Limit.of("own", Rate.of(9, Duration.ofDays(1))), List.of())
			.statistics();
		List<PermitRequest> both = List.of(new PermitRequest("own", Key.GLOBAL, 1),
				new PermitRequest("openai", Key.GLOBAL, 1));
		Permit first = limiter.tryAcquire(both).permit();
		assertThat(counted.allowed()).isEqualTo(1);

		assertThat(limiter.tryAcquire(both).isAllowed()).isFalse();
		limiter.acquireAsync(both).cancel(false);
		assertThat(counted.allowed()).isEqualTo(1);

		first.close();
		assertThat(limiter.acquireAsync(both)).succeedsWithin(Duration.ofSeconds(20))
			.satisfies((decision) -> assertThat(decision.isAllowed()).isTrue());
		assertThat(counted.allowed()).isEqualTo(2);
		assertThat(counted.denied()).isZero();
	}

	@Test
	void aRequestThatIsPassedThePermitsOfItsCallIsNotQueuedAgain() {
		TestClient client = client().tokens(1000).maxConcurrent(1);
		RateLimiter limiter = limiter(client);
		request(client, "gpt-4o").notSent();
		Decision decision = limiter.tryAcquire("openai", "gpt-4o", 400);
		limiter.acquireAsync("openai", "gpt-4o", 1);
		ClientCall call;
		try (PassedOnCharges.Scope scope = PassedOnCharges.pass(StoreDecision.chargesOf(decision))) {
			call = request(client, "gpt-4o");
		}
		assertThat(client.waiting()).isEqualTo(1);
		decision.permit().close();
		assertThat(client.inFlight()).isEqualTo(1);
		assertThat(client.waiting()).isEqualTo(1);
		call.close();
		await().until(() -> client.waiting() == 0);
	}

	@Test
	void aWebClientUsesThePermitsOfTheCallingThreadAlthoughAFilterChangesTheThread() throws IOException {
		try (LocalProvider provider = new LocalProvider(LocalProvider.json("{}"))) {
			TestClient client = client().match(provider.url() + "/**");
			RateLimiter limiter = limiter(client);
			WebClient.Builder builder = WebClient.builder();
			new WebClientCustomizers(TestClient.limiters(client)).customize(builder);
			Mono<ResponseEntity<Void>> call = builder
				.filter((request,
						next) -> Mono.just(request).publishOn(Schedulers.boundedElastic()).flatMap(next::exchange))
				.build()
				.get()
				.uri(provider.url())
				.retrieve()
				.toBodilessEntity();
			call.block(Duration.ofSeconds(20));
			Decision decision = limiter.tryAcquire(List.of(new PermitRequest("openai", Key.GLOBAL, 1)));
			try (PassedOnCharges.Scope scope = PassedOnCharges.pass(StoreDecision.chargesOf(decision))) {
				call.block(Duration.ofSeconds(20));
			}
			decision.permit().close();
			assertThat(provider.bodies()).hasSize(2);
			assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(2);
		}
	}

	@Test
	void aWebClientUsesThePriorityOfTheCallingThreadAlthoughAFilterChangesTheThread() throws IOException {
		try (LocalProvider provider = new LocalProvider(LocalProvider.json("{}"))) {
			TestClient client = client().match(provider.url() + "/**").maxConcurrent(1).time(this.time);
			WebClient.Builder builder = WebClient.builder();
			new WebClientCustomizers(TestClient.limiters(client)).customize(builder);
			WebClient web = builder
				.filter((request,
						next) -> Mono.just(request).publishOn(Schedulers.boundedElastic()).flatMap(next::exchange))
				.build();
			OutboundRequest other = OutboundRequest.of(URI.create(provider.url()), (name) -> null, ModelRequest.NONE);
			ClientCall inFlight = client.limiter().acquire(other);
			CompletableFuture<ResponseEntity<Void>> low = RequestPriority.LOW
				.call(() -> web.get().uri(provider.url()).retrieve().toBodilessEntity().toFuture());
			await().until(() -> client.waiting() == 1);
			CompletableFuture<ClientCall> normal = client.limiter().acquireAsync(other);
			inFlight.close();
			await().until(normal::isDone);
			assertThat(provider.bodies()).isEmpty();
			normal.join().close();
			assertThat(low).succeedsWithin(Duration.ofSeconds(20));
		}
	}

	@Test
	void aCallWithoutAKeyBelongsToTheModelOfTheLatestRequest() {
		TestClient client = client();
		RateLimiter limiter = limiter(client);
		PermitRequest any = new PermitRequest("openai", Key.GLOBAL, 1);
		limiter.tryAcquire(List.of(any)).permit().giveBack();
		assertThat(client.models()).containsExactly("");
		request(client, "gpt-4o").close();
		request(client, "o3").notSent();
		limiter.tryAcquire(List.of(any));
		assertThat(client.limiter().accounts()).filteredOn((account) -> account.governor().state().inFlight() == 1)
			.extracting(ProviderAccount::model)
			.containsExactly("o3");
	}

	@Test
	void askingForNothingReturnsTheFiguresOnly() {
		TestClient client = client().tokens(1000);
		RateLimiter limiter = limiter(client);
		limiter.tryAcquire("openai", "gpt-4o", 400).permit().close();
		Decision figures = limiter.tryAcquire("openai", "gpt-4o", 0);
		assertThat(figures.limits()).singleElement().satisfies((limit) -> assertThat(limit.remaining()).isEqualTo(600));
		figures.permit().close();
		assertThat(client.inFlight()).isZero();
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(1);
	}

	@Test
	void inShadowModeNoCallIsRefusedOrDelayed() {
		TestClient client = client().maxConcurrent(1);
		RateLimiter limiter = limiter(client);
		this.killSwitch.set(true, LimitMode.SHADOW);
		limiter.acquire("openai", "gpt-4o");
		Decision beyond = limiter.acquireAsync("openai", "gpt-4o", 1).join();
		assertThat(beyond.isAllowed()).isTrue();
		assertThat(beyond.limits()).singleElement().satisfies((limit) -> assertThat(limit.isViolated()).isTrue());
		this.killSwitch.set(false, LimitMode.ENFORCE);
		assertThat(limiter.tryAcquire("openai", "gpt-4o").limits()).isEmpty();
	}

	@Test
	void clientsAndLimitsShareOneNameSpace() {
		RateLimiter limiter = limiter(client());
		assertThat(limiter.limit("openai").name()).isEqualTo("openai");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.registry.register(Limit.of("openai", Rate.of(1, Duration.ofDays(1))), List.of()))
			.withMessageContaining("has the name of a client")
			.withMessageContaining("ratelimit.clients.openai");
		assertThatExceptionOfType(UnknownLimitException.class).isThrownBy(() -> limiter.tryAcquire("opanai", "gpt-4o"))
			.withMessageContaining("Did you mean 'openai'?");
	}

}
