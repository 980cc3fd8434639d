package io.github.ratelimit.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.ratelimit.LimitMode;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.client.ClientListener.Outcome;
import io.github.ratelimit.client.ClientSettings.KeyPart;
import io.github.ratelimit.client.ClientSettings.RetryPolicy;
import io.github.ratelimit.governor.CallRequest.Caller;
import io.github.ratelimit.governor.GovernorSettings;
import io.github.ratelimit.governor.GovernorSettings.ConfiguredQuota;
import io.github.ratelimit.governor.GovernorState;
import io.github.ratelimit.provider.dialect.Dialects;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.usage.TokenEstimator;
import io.github.ratelimit.queue.AsyncCallThreads;
import io.github.ratelimit.registry.KillSwitch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A client of the configuration, with the queries of tests. */
public final class TestClient {

	/** A window so long that no permit refills within a test. */
	private static final Duration WINDOW = Duration.ofDays(36_500);

	private String name = "openai";

	private final List<UrlPattern> match = new ArrayList<>();

	private final List<ConfiguredQuota> quotas = new ArrayList<>();

	private int maxConcurrent = Integer.MAX_VALUE;

	private int maxWaiting = 1000;

	private Duration maxWait = Duration.ofSeconds(30);

	private RetryPolicy retry = RetryPolicy.NONE;

	private TimeSource time = new ManualTime();

	private Caller caller = Caller.UNBOUNDED;

	private TokenEstimator estimator = TokenEstimator.DEFAULT;

	private Runnable whenWaited = () -> {
	};

	private final List<Outcome> outcomes = new CopyOnWriteArrayList<>();

	private ClientLimiter limiter;

	private TestClient() {
		this.quotas.add(new ConfiguredQuota(Dimension.REQUESTS, 1_000_000, WINDOW));
	}

	public static TestClient client() {
		return new TestClient();
	}

	public TestClient name(String name) {
		this.name = name;
		return this;
	}

	public TestClient match(String pattern) {
		this.match.add(UrlPattern.parse(pattern));
		return this;
	}

	/** Leaves the limits to be discovered, as without any in the configuration. */
	public TestClient discovered() {
		this.quotas.clear();
		return this;
	}

	public TestClient tokens(long tokens) {
		this.quotas.add(new ConfiguredQuota(Dimension.TOKENS, tokens, WINDOW));
		return this;
	}

	/** Has this quota beside the others, which refills within a test. */
	public TestClient quota(Dimension dimension, long permits, Duration window) {
		this.quotas.add(new ConfiguredQuota(dimension, permits, window));
		return this;
	}

	public TestClient maxConcurrent(int maxConcurrent) {
		this.maxConcurrent = maxConcurrent;
		return this;
	}

	public TestClient maxWaiting(int maxWaiting) {
		this.maxWaiting = maxWaiting;
		return this;
	}

	public TestClient maxWait(Duration maxWait) {
		this.maxWait = maxWait;
		return this;
	}

	public TestClient attempts(int maxAttempts) {
		return attempts(maxAttempts, 1);
	}

	public TestClient attempts(int maxAttempts, double budget) {
		this.retry = new RetryPolicy(maxAttempts, budget);
		return this;
	}

	public TestClient time(TimeSource time) {
		this.time = time;
		return this;
	}

	/** Has this caller wait with its thread. */
	public TestClient caller(Caller caller) {
		this.caller = caller;
		return this;
	}

	public TestClient estimator(TokenEstimator estimator) {
		this.estimator = estimator;
		return this;
	}

	/**
	 * Runs this between the admission of a queued call and its caller's knowing of it.
	 */
	public TestClient whenWaited(Runnable whenWaited) {
		this.whenWaited = whenWaited;
		return this;
	}

	/** Returns the client's limiter, always the same. */
	public ClientLimiter limiter() {
		if (this.limiter == null) {
			GovernorSettings settings = new GovernorSettings(this.quotas, this.quotas.isEmpty(), this.maxConcurrent,
					this.maxWaiting, this.maxWait, 0, Duration.ofMinutes(5), LimitMode.ENFORCE);
			Dialects dialects = new Dialects(List.of());
			this.limiter = new ClientLimiter(
					new ClientSettings(this.name, this.match, dialects.byName("openai"),
							List.of(KeyPart.CREDENTIAL, KeyPart.MODEL), settings, List.of(), this.retry),
					dialects, this.estimator, this.time, AsyncCallThreads.create(), new Listener(), null,
					new KillSwitch(true), () -> this.caller);
		}
		return this.limiter;
	}

	public static ClientLimiters limiters(TestClient... clients) {
		return new ClientLimiters(List.of(clients).stream().map(TestClient::limiter).toList());
	}

	/** Returns how the calls that have ended did so. */
	public List<Outcome> outcomes() {
		return this.outcomes;
	}

	public void awaitOutcomes(Outcome... outcomes) {
		await().untilAsserted(() -> assertThat(this.outcomes).containsExactly(outcomes));
	}

	public int inFlight() {
		return states().stream().mapToInt(GovernorState::inFlight).sum();
	}

	public int waiting() {
		return states().stream().mapToInt(GovernorState::waiting).sum();
	}

	/** Returns what is missing from the client's quotas of this kind. */
	public long spent(Dimension dimension) {
		return states().stream()
			.flatMap((state) -> state.quotas().stream())
			.filter((quota) -> quota.dimension() == dimension)
			.mapToLong((quota) -> quota.limit() - quota.available())
			.sum();
	}

	public List<String> models() {
		return limiter().accounts().stream().map(ProviderAccount::model).toList();
	}

	public List<GovernorState> states() {
		return limiter().accounts().stream().map((account) -> account.governor().state()).toList();
	}

	private final class Listener implements ClientListener {

		@Override
		public void ended(String client, Outcome outcome) {
			TestClient.this.outcomes.add(outcome);
		}

		@Override
		public void waited(String client, long nanos) {
			TestClient.this.whenWaited.run();
		}

	}

}
