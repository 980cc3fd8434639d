package io.github.ratelimit.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.LimitMode;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.client.ClientSettings.KeyPart;
import io.github.ratelimit.client.ClientSettings.RetryPolicy;
import io.github.ratelimit.governor.CallCost;
import io.github.ratelimit.governor.CallRequest;
import io.github.ratelimit.governor.CallRequest.Caller;
import io.github.ratelimit.governor.GovernorSettings;
import io.github.ratelimit.governor.GovernorSettings.ConfiguredQuota;
import io.github.ratelimit.governor.GovernorState.Phase;
import io.github.ratelimit.governor.GovernorState.QuotaState;
import io.github.ratelimit.provider.dialect.Dialects;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.usage.ModelRequest;
import io.github.ratelimit.provider.usage.TokenEstimator;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.store.InstanceNotes;
import io.github.ratelimit.store.memory.MemoryStore;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Instances that share in a store what they know of an account. */
class SharedAccountsTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private static final Map<String, String> REPORT = Map.of("x-ratelimit-limit-requests", "100",
			"x-ratelimit-remaining-requests", "99", "x-ratelimit-reset-requests", "600ms");

	private final ManualTime time = new ManualTime();

	private final MemoryStore store = new MemoryStore(this.time, 100);

	private final AtomicBoolean away = new AtomicBoolean();

	private final InstanceNotes notes = (subject, key, instance, note) -> this.away.get()
			? CompletableFuture.failedFuture(new IllegalStateException("The store is away"))
			: this.store.exchange(subject, key, instance, note);

	/** Returns an instance that is configured with the limits of a silent provider. */
	private ClientLimiter configured() {
		return limiter("none", List.of(new ConfiguredQuota(Dimension.REQUESTS, 100, MINUTE),
				new ConfiguredQuota(Dimension.TOKENS, 10_000, MINUTE)), this.notes, this.time);
	}

	private ClientLimiter discovering() {
		return limiter("openai", List.of(), this.notes, this.time);
	}

	static ClientLimiter limiter(String dialect, List<ConfiguredQuota> quotas, InstanceNotes notes, TimeSource time) {
		Dialects dialects = new Dialects(List.of());
		GovernorSettings settings = new GovernorSettings(quotas, quotas.isEmpty(), Integer.MAX_VALUE, 1000, MINUTE, 0.1,
				MINUTE, LimitMode.ENFORCE);
		ClientSettings client = new ClientSettings("model", List.of(), dialects.byName(dialect),
				List.of(KeyPart.CREDENTIAL), settings, List.of(), RetryPolicy.NONE);
		return new ClientLimiter(client, dialects, TokenEstimator.DEFAULT, time, Runnable::run, ClientListener.NONE,
				notes, new KillSwitch(true), () -> Caller.UNBOUNDED);
	}

	static CompletableFuture<ClientCall> call(ClientLimiter instance, String credential, long tokens) {
		return instance.acquireAsync(new OutboundRequest(URI.create("https://model.example/v1"),
				(name) -> name.equalsIgnoreCase("Authorization") ? credential : null,
				new ModelRequest(null, tokens, 0, false), false));
	}

	/** Sends a call that may not wait. */
	private static CompletableFuture<ClientCall> callAtOnce(ClientLimiter instance) {
		return instance.acquireAsync(instance.account(null), CallRequest.of(new CallCost(10, 0), Duration.ZERO));
	}

	static void refuse(ClientCall call, String retryAfter) {
		call.head(429, (name) -> name.equalsIgnoreCase("Retry-After") ? retryAfter : null, null);
		call.close();
	}

	static List<QuotaState> states(ClientLimiter instance) {
		return instance.accounts().iterator().next().governor().state().quotas();
	}

	private static QuotaState quota(ClientLimiter instance) {
		return states(instance).get(0);
	}

	private static List<CompletableFuture<ClientCall>> calls(int count, ClientLimiter... instances) {
		List<CompletableFuture<ClientCall>> calls = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			calls.add(call(instances[i % instances.length], "key", 10));
		}
		return calls;
	}

	@Test
	void instancesTogetherSendNoMoreThanTheQuotaWithoutItsReserve() {
		List<CompletableFuture<ClientCall>> calls = calls(200, configured(), configured());
		this.time.advance(Duration.ofSeconds(1));
		assertThat(calls).filteredOn(CompletableFuture::isDone).hasSizeBetween(88, 93);
		this.time.advance(Duration.ofSeconds(12));
		assertThat(calls).filteredOn(CompletableFuture::isDone).hasSizeBetween(108, 113);
	}

	@Test
	void anInstanceWithoutCallsLeavesItsPartToTheOther() {
		ClientLimiter one = configured();
		ClientLimiter other = configured();
		call(other, "key", 10).join().close();
		List<CompletableFuture<ClientCall>> calls = calls(200, one);
		this.time.advance(Duration.ofSeconds(1));
		assertThat(calls).filteredOn(CompletableFuture::isDone).hasSizeBetween(88, 93);
		assertThat(calls(10, other)).filteredOn(CompletableFuture::isDone).hasSizeLessThan(3);
		assertThat(call(other, "another key", 10)).isCompleted();
	}

	@Test
	void callsGoOnWhenTheProviderReportsNothingAnyMore() {
		ClientLimiter instance = discovering();
		ClientCall reported = call(instance, "key", 10).join();
		reported.head(200, REPORT::get, null);
		reported.close();
		for (int second = 0; second < 1200; second += 5) {
			this.time.advance(Duration.ofSeconds(5));
			CompletableFuture<ClientCall> next = call(instance, "key", 10);
			this.time.advance(Duration.ofMillis(100));
			assertThat(next).as("after %d s", second).isCompleted();
			next.join().head(200, (name) -> null, null);
			next.join().close();
		}
	}

	@Test
	void theUsageOfACallIsSettledForAllInstances() {
		ClientLimiter one = configured();
		ClientLimiter other = configured();
		ClientCall call = call(one, "key", 8000).join();
		this.time.advance(Duration.ofMillis(500));
		assertThat(call(other, "key", 4000)).isNotDone();
		byte[] body = "{\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":1}}".getBytes(UTF_8);
		call.head(200, (name) -> null, null);
		call.body(body, 0, body.length);
		call.close();
		assertThat(quota(one, Dimension.TOKENS)).isBetween(9000L, 9200L);
		call(one, "key", 1).join();
		this.time.advance(Duration.ofMillis(500));
		assertThat(quota(other, Dimension.TOKENS)).isLessThan(5500).isGreaterThan(4900);
	}

	private static long quota(ClientLimiter instance, Dimension dimension) {
		return states(instance).stream()
			.filter((quota) -> quota.dimension() == dimension)
			.findFirst()
			.orElseThrow()
			.available();
	}

	@Test
	void aRetryAfterHoldsTheOtherInstanceToo() {
		ClientLimiter one = discovering();
		ClientLimiter other = discovering();
		refuse(call(one, "key", 10).join(), "20");
		this.time.advance(Duration.ofMillis(100));
		CompletableFuture<ClientCall> held = call(other, "key", 10);
		assertThat(call(other, "another key", 10)).isCompleted();
		this.time.advance(Duration.ofSeconds(19));
		assertThat(held).isNotDone();
		this.time.advance(Duration.ofSeconds(2));
		assertThat(held).isCompleted();
	}

	@Test
	void aNewInstanceBeginsWithTheDiscoveredLimits() {
		ClientLimiter one = discovering();
		ClientCall call = call(one, "key", 10).join();
		call.head(200, REPORT::get, null);
		call.close();
		this.time.advance(Duration.ofMillis(300));
		call(one, "key", 10).join().close();

		ClientLimiter other = discovering();
		List<CompletableFuture<ClientCall>> calls = calls(10, other);
		this.time.advance(Duration.ofMillis(300));
		assertThat(calls).as("more than the four of a slow start").allMatch(CompletableFuture::isDone);
		assertThat(quota(other).limit()).isEqualTo(100);
		assertThat(quota(other).factor()).isEqualTo(quota(one).factor());
	}

	@Test
	void aNewInstanceDoesNotSpendWhatOthersHaveSpent() {
		ClientLimiter one = configured();
		calls(100, one);
		this.time.advance(Duration.ofSeconds(1));
		assertThat(calls(20, configured())).noneMatch(CompletableFuture::isDone);
	}

	@Test
	void eachInstanceUsesItsPartWhileTheStoreIsAway() {
		ClientLimiter one = configured();
		ClientLimiter other = configured();
		List<CompletableFuture<ClientCall>> calls = calls(1000, one, other);
		this.time.advance(Duration.ofSeconds(2));
		this.away.set(true);
		this.time.advance(Duration.ofSeconds(2));
		long before = calls.stream().filter(CompletableFuture::isDone).count();
		this.time.advance(Duration.ofSeconds(12));
		assertThat(calls.stream().filter(CompletableFuture::isDone).count() - before).as("two parts of 100/min")
			.isBetween(18L, 22L);
		this.away.set(false);
		this.time.advance(Duration.ofSeconds(3));
		before = calls.stream().filter(CompletableFuture::isDone).count();
		this.time.advance(Duration.ofSeconds(12));
		assertThat(calls.stream().filter(CompletableFuture::isDone).count() - before).as("together again")
			.isBetween(18L, 22L);
		calls.forEach((call) -> call.cancel(false));
	}

	@Test
	void callsGoOnByReportsWhileTheStoreIsAway() {
		this.away.set(true);
		ClientLimiter alone = discovering();
		ClientCall call = call(alone, "key", 10).join();
		call.head(200, REPORT::get, null);
		assertThat(quota(alone).limit()).isEqualTo(100);
		assertThat(calls(8, alone)).allMatch(CompletableFuture::isDone);
	}

	@Test
	void aCallWaitsOnceAndBrieflyForAStoreThatDoesNotAnswer() {
		ClientLimiter limiter = limiter("openai", List.of(),
				(subject, key, instance, note) -> new CompletableFuture<>(), this.time);
		CompletableFuture<ClientCall> first = call(limiter, "key", 10);
		assertThat(first).isNotDone();
		this.time.advance(Duration.ofMillis(50));
		assertThat(first).isCompleted();
		assertThat(call(limiter, "key", 10)).isCompleted();
	}

	@Test
	void aCallThatMayNotWaitIsSentWithoutTheAnswerOfTheStore() {
		AtomicInteger asked = new AtomicInteger();
		InstanceNotes remote = (subject, key, instance, note) -> {
			asked.incrementAndGet();
			return this.time.after(1_000_000).thenCompose((over) -> this.store.exchange(subject, key, instance, note));
		};
		ClientLimiter instance = limiter("none", List.of(new ConfiguredQuota(Dimension.REQUESTS, 100, MINUTE)), remote,
				this.time);
		for (int i = 1; i <= 3; i++) {
			assertThat(callAtOnce(instance)).isCompleted();
			assertThat(asked).hasValueGreaterThanOrEqualTo(i);
			this.time.advance(Duration.ofSeconds(5));
		}
	}

	@Test
	void beforeTheStoreAnswersCallsThatMayNotWaitGetAPartOfTheQuota() {
		ClientLimiter instance = limiter("none", List.of(new ConfiguredQuota(Dimension.REQUESTS, 100, MINUTE)),
				(subject, key, instanceId, note) -> new CompletableFuture<>(), this.time);
		List<CompletableFuture<ClientCall>> calls = new ArrayList<>();
		for (int i = 0; i < 50; i++) {
			calls.add(callAtOnce(instance));
		}
		assertThat(calls).filteredOn((call) -> !call.isCompletedExceptionally())
			.as("a quarter of 100 without the reserve")
			.hasSize(22);
	}

	@Test
	void notesThatCannotBeReadAreIgnored() {
		InstanceNotes foreign = (subject, key, instance, note) -> this.store
			.exchange(subject, key, "foreign", new byte[] { 9, 9 })
			.thenCompose((notes) -> this.store.exchange(subject, key, instance, note));
		ClientLimiter limiter = limiter("openai", List.of(), foreign, this.time);
		assertThat(call(limiter, "key", 10)).isCompleted();
		assertThat(limiter.accounts().iterator().next().governor().state().phase()).isEqualTo(Phase.NORMAL);
	}

}
