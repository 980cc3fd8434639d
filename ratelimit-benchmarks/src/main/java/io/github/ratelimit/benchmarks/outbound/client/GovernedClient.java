package io.github.ratelimit.benchmarks.outbound.client;

import io.github.ratelimit.LimitMode;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.client.ClientCall;
import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.ClientListener;
import io.github.ratelimit.client.ClientSettings;
import io.github.ratelimit.client.ClientSettings.KeyPart;
import io.github.ratelimit.client.ClientSettings.RetryPolicy;
import io.github.ratelimit.client.OutboundRequest;
import io.github.ratelimit.client.UrlPattern;
import io.github.ratelimit.governor.CallRequest.Caller;
import io.github.ratelimit.governor.GovernorSettings;
import io.github.ratelimit.governor.GovernorSettings.ConfiguredQuota;
import io.github.ratelimit.provider.dialect.Dialects;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.usage.ModelRequest;
import io.github.ratelimit.provider.usage.TokenEstimator;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.store.InstanceNotes;
import io.github.ratelimit.test.provider.dialect.ProviderAnswer;
import io.github.ratelimit.test.provider.limits.ProviderLimit;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** This library, as its adapters of HTTP clients call it. */
public final class GovernedClient implements OutboundClient {

	private static final Map<String, String> HEADERS = Map.of("authorization", "Bearer sk-bench");

	private final ClientLimiter limiter;

	private final URI uri;

	public GovernedClient(ClientLimiter limiter, URI uri) {
		this.limiter = limiter;
		this.uri = uri;
	}

	/** Returns a client without configured limits. */
	public static GovernedClient discovering(ProviderKind provider, TimeSource time, @Nullable InstanceNotes notes) {
		return new GovernedClient(limiter(provider, List.of(), time, notes), provider.uri());
	}

	/** Returns a client that is configured with the provider's limits. */
	public static GovernedClient configured(ProviderKind provider, TimeSource time, @Nullable InstanceNotes notes) {
		List<ConfiguredQuota> quotas = provider.limits().stream().map(GovernedClient::quota).toList();
		return new GovernedClient(limiter(provider, quotas, time, notes), provider.uri());
	}

	private static ConfiguredQuota quota(ProviderLimit limit) {
		return new ConfiguredQuota(Dimension.valueOf(limit.unit().name()), limit.permits(), limit.window());
	}

	/** All defaults, but that calls wait as long as it takes. */
	public static ClientLimiter limiter(ProviderKind provider, List<ConfiguredQuota> quotas, TimeSource time,
			@Nullable InstanceNotes notes) {
		GovernorSettings defaults = GovernorSettings.DEFAULTS;
		GovernorSettings settings = new GovernorSettings(quotas, provider != ProviderKind.SILENT,
				defaults.maxConcurrent(), defaults.maxWaiting(), Duration.ofDays(1), defaults.reserve(),
				defaults.longestGate(), LimitMode.ENFORCE);
		List<UrlPattern> match = List.of(UrlPattern.parse(provider.uri().resolve("/") + "**"));
		ClientSettings client = new ClientSettings("bench", match, null, List.of(KeyPart.CREDENTIAL, KeyPart.MODEL),
				settings, List.of(), RetryPolicy.NONE);
		return new ClientLimiter(client, new Dialects(List.of()), TokenEstimator.DEFAULT, time, Runnable::run,
				ClientListener.NONE, notes, new KillSwitch(true), () -> Caller.UNBOUNDED);
	}

	@Override
	public CompletableFuture<Attempt> acquire(ChatRequest request, boolean retry) {
		ModelRequest facts = new ModelRequest(ChatRequest.MODEL, request.estimate().inputTokens(),
				request.estimate().outputTokens(), false);
		CompletableFuture<ClientCall> call = this.limiter
			.acquireAsync(new OutboundRequest(this.uri, HEADERS::get, facts, retry));
		CompletableFuture<Attempt> attempt = call.thenApply(GovernedAttempt::new);
		attempt.whenComplete((any, failure) -> {
			if (attempt.isCancelled()) {
				call.cancel(false);
			}
		});
		return attempt;
	}

	private record GovernedAttempt(ClientCall call) implements Attempt {

		@Override
		public void head(ProviderAnswer answer) {
			String errorBody = ClientCall.needsBody(answer.status()) ? answer.body() : null;
			this.call.head(answer.status(), answer.headers()::get, errorBody);
		}

		@Override
		public void end(ProviderAnswer answer) {
			byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
			this.call.body(body, 0, body.length);
			this.call.close();
		}

	}

}
