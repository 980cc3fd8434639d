package io.github.ratelimit.apps.clients;

import io.github.ratelimit.LimitMode;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.ClientListener;
import io.github.ratelimit.client.ClientListener.Outcome;
import io.github.ratelimit.client.ClientSettings;
import io.github.ratelimit.client.ClientSettings.RetryPolicy;
import io.github.ratelimit.client.ProviderAccount;
import io.github.ratelimit.client.UrlPattern;
import io.github.ratelimit.governor.CallRequest.Caller;
import io.github.ratelimit.governor.GovernorSettings;
import io.github.ratelimit.governor.GovernorSettings.ConfiguredQuota;
import io.github.ratelimit.governor.GovernorState;
import io.github.ratelimit.provider.dialect.Dialects;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.usage.TokenEstimator;
import io.github.ratelimit.registry.KillSwitch;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A client of the configuration whose limits fill up so slowly that a test can count. */
final class Limiters implements ClientListener {

	/** The common pool has one thread on two cores, which a waiting call would hold. */
	static final Executor THREADS = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "limiters");
		thread.setDaemon(true);
		return thread;
	});

	static final Duration YEAR = Duration.ofDays(365);

	static final long REQUESTS = 100_000;

	static final long TOKENS = 1_000_000;

	private final Map<Outcome, AtomicInteger> outcomes = new ConcurrentHashMap<>();

	private final ClientLimiter limiter;

	private volatile Caller caller = Caller.UNBOUNDED;

	Limiters(URI uri, int maxConcurrent, Duration maxWait) {
		this(uri, REQUESTS, YEAR, maxConcurrent, maxWait);
	}

	Limiters(URI uri, long requests, Duration window, int maxConcurrent, Duration maxWait) {
		GovernorSettings governed = new GovernorSettings(
				List.of(new ConfiguredQuota(Dimension.REQUESTS, requests, window),
						new ConfiguredQuota(Dimension.TOKENS, TOKENS, window)),
				false, maxConcurrent, 10_000, maxWait, 0, Duration.ofMinutes(5), LimitMode.ENFORCE);
		Dialects dialects = new Dialects(List.of());
		this.limiter = new ClientLimiter(
				new ClientSettings("model", List.of(UrlPattern.parse(uri + "/**")), dialects.byName("openai"),
						List.of(), governed, List.of(), RetryPolicy.NONE),
				dialects, TokenEstimator.DEFAULT, TimeSource.system(), THREADS, this, null, new KillSwitch(true),
				() -> () -> this.caller.hold());
	}

	@Override
	public void ended(String client, Outcome outcome) {
		this.outcomes.computeIfAbsent(outcome, (any) -> new AtomicInteger()).incrementAndGet();
	}

	/** Has no thread left for a thread that waits. */
	void refuseToHold(Thread thread) {
		this.caller = () -> (Thread.currentThread() == thread) ? null : Caller.UNBOUNDED.hold();
	}

	ClientLimiters limiters() {
		return new ClientLimiters(List.of(this.limiter));
	}

	boolean isUsed() {
		return this.limiter.isUsed();
	}

	int outcomes(Outcome outcome) {
		AtomicInteger count = this.outcomes.get(outcome);
		return (count != null) ? count.get() : 0;
	}

	int outcomes() {
		return this.outcomes.values().stream().mapToInt(AtomicInteger::get).sum();
	}

	int inFlight() {
		return this.limiter.accounts().stream().mapToInt((account) -> account.governor().state().inFlight()).sum();
	}

	int waiting() {
		return this.limiter.accounts().stream().mapToInt((account) -> account.governor().state().waiting()).sum();
	}

	long throttled() {
		return this.limiter.accounts().stream().mapToLong((account) -> account.governor().state().throttled()).sum();
	}

	/** Returns how many permits are used, of all accounts. */
	long used(Dimension dimension) {
		long used = 0;
		for (ProviderAccount account : this.limiter.accounts()) {
			for (GovernorState.QuotaState quota : account.governor().state().quotas()) {
				if (quota.dimension() == dimension) {
					used += quota.limit() - quota.available();
				}
			}
		}
		return used;
	}

}
