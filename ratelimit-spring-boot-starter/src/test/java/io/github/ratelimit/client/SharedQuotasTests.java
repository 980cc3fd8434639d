package io.github.ratelimit.client;

import java.lang.reflect.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.ratelimit.LimitMode;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.governor.ConfiguredQuota;
import io.github.ratelimit.governor.GovernorSettings;
import io.github.ratelimit.provider.dialect.Dialects;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.usage.ModelRequest;
import io.github.ratelimit.provider.usage.TokenEstimator;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.memory.MemoryStore;
import org.junit.jupiter.api.Test;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/** Instances that share the configured quotas of a provider that reports nothing. */
class SharedQuotasTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final ManualTime time = new ManualTime();

	private final MemoryStore store = new MemoryStore(this.time, 100);

	private final ClientLimiter one = instance();

	private final ClientLimiter other = instance();

	private ClientLimiter instance() {
		return instance(this.store);
	}

	private ClientLimiter instance(LimitStore store) {
		Dialects dialects = new Dialects(List.of());
		GovernorSettings settings = new GovernorSettings(
				List.of(new ConfiguredQuota(Dimension.REQUESTS, 100, MINUTE),
						new ConfiguredQuota(Dimension.TOKENS, 10_000, MINUTE)),
				false, Integer.MAX_VALUE, 1000, MINUTE, 0.1, MINUTE, LimitMode.ENFORCE);
		ClientSettings client = new ClientSettings("model", List.of(), dialects.byName("none"),
				List.of(KeyPart.CREDENTIAL), settings, List.of(), RetryPolicy.NONE);
		return new ClientLimiter(client, dialects, TokenEstimator.DEFAULT, this.time, Runnable::run,
				ClientListener.NONE, store);
	}

	private static CompletableFuture<ClientCall> call(ClientLimiter instance, String credential, long tokens) {
		return instance.acquireAsync(new OutboundRequest(URI.create("https://model.example/v1"),
				(name) -> name.equals("Authorization") ? credential : null, new ModelRequest(null, tokens, 0, false),
				false, null));
	}

	@Test
	void instancesTogetherSendNoMoreThanTheQuotaWithoutItsReserve() {
		List<CompletableFuture<ClientCall>> calls = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			calls.add(call((i % 2 == 0) ? this.one : this.other, "key", 10));
		}
		assertThat(calls).filteredOn(CompletableFuture::isDone).hasSize(90);
		this.time.advance(Duration.ofSeconds(6));
		assertThat(calls).filteredOn(CompletableFuture::isDone).hasSizeBetween(99, 100);
	}

	@Test
	void anInstanceWithoutCallsLeavesItsPartToTheOther() {
		for (int i = 0; i < 90; i++) {
			assertThat(call(this.one, "key", 1)).isCompleted();
		}
		assertThat(call(this.other, "key", 1)).isNotDone();
	}

	@Test
	void credentialsHaveQuotasOfTheirOwn() {
		call(this.one, "key", 9000);
		assertThat(call(this.other, "key", 1000)).isNotDone();
		assertThat(call(this.other, "another", 1000)).isCompleted();
	}

	@Test
	void whatACallUsedIsSettledForAllInstances() {
		ClientCall call = call(this.one, "key", 9000).join();
		CompletableFuture<ClientCall> waiting = call(this.other, "key", 4000);
		assertThat(waiting).isNotDone();
		byte[] body = "{\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":1}}".getBytes(UTF_8);
		call.head(200, (name) -> null, null);
		call.body(body, 0, body.length);
		call.close();
		this.time.advance(MINUTE);
		assertThat(waiting).isCompleted();
		assertThat(call(this.one, "key", 3000)).isCompleted();
	}

	@Test
	void aCallThatWasNotSentIsGivenBackForAllInstances() {
		call(this.one, "key", 9000).join().notSent();
		assertThat(call(this.other, "key", 9000)).isCompleted();
	}

	@Test
	void aRetryAfterStopsTheOtherInstanceToo() {
		call(this.one, "key", 10).join().head(429, (name) -> name.equalsIgnoreCase("Retry-After") ? "20" : null, null);
		CompletableFuture<ClientCall> waiting = call(this.other, "key", 10);
		this.time.advance(Duration.ofSeconds(19));
		assertThat(waiting).isNotDone();
		assertThat(call(this.other, "another", 10)).isCompleted();
		this.time.advance(Duration.ofSeconds(2));
		assertThat(waiting).isCompleted();
	}

	@Test
	void anInstanceCountsByItselfWhileTheStoreFails() {
		ClientLimiter alone = instance(failing());
		List<CompletableFuture<ClientCall>> calls = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			calls.add(call(alone, "key", 10));
		}
		assertThat(calls).filteredOn(CompletableFuture::isDone)
			.hasSize(90)
			.noneMatch(CompletableFuture::isCompletedExceptionally);
		calls.get(0).join().head(429, (name) -> null, null);
		calls.get(0).join().close();
		calls.get(1).join().notSent();
	}

	private static LimitStore failing() {
		return (LimitStore) Proxy.newProxyInstance(LimitStore.class.getClassLoader(),
				new Class<?>[] { LimitStore.class }, (proxy, method, arguments) -> {
					throw new IllegalStateException("This store always fails");
				});
	}

}
