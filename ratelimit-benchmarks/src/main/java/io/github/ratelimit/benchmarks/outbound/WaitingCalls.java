package io.github.ratelimit.benchmarks.outbound;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.benchmarks.outbound.client.Attempt;
import io.github.ratelimit.benchmarks.outbound.client.ChatRequest;
import io.github.ratelimit.benchmarks.outbound.client.GovernedClient;
import io.github.ratelimit.benchmarks.outbound.client.ProviderKind;
import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.governor.GovernorSettings.ConfiguredQuota;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.test.provider.limits.ProviderUsage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** How many threads a thousand queued calls hold. */
public final class WaitingCalls {

	private static final int CALLS = 1000;

	private WaitingCalls() {
	}

	/**
	 * Prints the threads before and while the calls are queued.
	 * @param args none
	 */
	public static void main(String[] args) {
		List<ConfiguredQuota> quota = List.of(new ConfiguredQuota(Dimension.REQUESTS, 1, Duration.ofMinutes(1)));
		ClientLimiter limiter = GovernedClient.limiter(ProviderKind.SILENT, quota, TimeSource.system(), null);
		GovernedClient client = new GovernedClient(limiter, ProviderKind.SILENT.uri());
		ChatRequest request = new ChatRequest(ProviderUsage.NONE, ProviderUsage.NONE);
		client.acquire(request, false);
		Set<String> before = threads();
		List<CompletableFuture<Attempt>> queued = new ArrayList<>();
		for (int i = 0; i < CALLS; i++) {
			queued.add(client.acquire(request, false));
		}
		Set<String> more = threads();
		System.out.printf("%d calls queued: %d threads before, %d while they wait", waiting(limiter), before.size(),
				more.size());
		more.removeAll(before);
		System.out.println(more.isEmpty() ? "" : "; new is " + String.join(", ", more));
		queued.forEach((call) -> call.cancel(false));
		System.out.printf("cancelled: %d calls queued%n", waiting(limiter));
	}

	private static int waiting(ClientLimiter limiter) {
		return limiter.accounts().stream().mapToInt((account) -> account.governor().state().waiting()).sum();
	}

	private static Set<String> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.map((thread) -> thread.getName() + " (" + thread.getId() + ")")
			.collect(Collectors.toCollection(TreeSet::new));
	}

}
