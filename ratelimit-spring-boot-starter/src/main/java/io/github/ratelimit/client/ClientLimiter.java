package io.github.ratelimit.client;

import io.github.ratelimit.Key;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.client.ClientListener.Outcome;
import io.github.ratelimit.client.ClientSettings.KeyPart;
import io.github.ratelimit.governor.CallCost;
import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.governor.CallRequest;
import io.github.ratelimit.governor.CallRequest.Caller;
import io.github.ratelimit.governor.GovernedCall;
import io.github.ratelimit.governor.Governor;
import io.github.ratelimit.governor.GovernorSettings;
import io.github.ratelimit.provider.dialect.ClientDialect;
import io.github.ratelimit.provider.dialect.Dialects;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.usage.ModelRequest;
import io.github.ratelimit.provider.usage.TokenEstimator;
import io.github.ratelimit.provider.usage.TokenUsage;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.store.InstanceNotes;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Admits the calls of one client of the configuration. Adapters of HTTP clients call it
 * before they send a request. Thread-safe.
 */
public final class ClientLimiter {

	private final ClientSettings settings;

	private final Dialects dialects;

	private final TokenEstimator estimator;

	private final TimeSource time;

	private final Executor executor;

	private final ClientListener listener;

	private final @Nullable InstanceNotes store;

	private final Retries retries;

	private final KillSwitch killSwitch;

	private final Supplier<Caller> callers;

	private final ProviderAccounts accounts;

	/**
	 * Creates a limiter.
	 * @param settings the client as it is configured
	 * @param dialects chooses a dialect where none is configured
	 * @param estimator estimates tokens
	 * @param time the time
	 * @param executor runs what depends on asynchronous calls when they are admitted
	 * @param listener receives what happens
	 * @param store shares what instances know of the provider, null if each counts by
	 * itself
	 * @param killSwitch while it is off or in shadow mode, all calls are sent at once
	 * @param callers creates for each account what bounds the threads that wait for its
	 * calls
	 */
	public ClientLimiter(ClientSettings settings, Dialects dialects, TokenEstimator estimator, TimeSource time,
			Executor executor, ClientListener listener, @Nullable InstanceNotes store, KillSwitch killSwitch,
			Supplier<Caller> callers) {
		this.settings = settings;
		this.dialects = dialects;
		this.estimator = estimator;
		this.time = time;
		this.executor = executor;
		this.listener = listener;
		this.store = store;
		this.killSwitch = killSwitch;
		this.callers = callers;
		this.retries = new Retries(settings.retry());
		this.accounts = new ProviderAccounts(settings, this::create);
		killSwitch.whenChanged(() -> accounts().forEach((account) -> account.governor().lookAgain()));
	}

	/**
	 * Returns the client's name.
	 * @return as in the configuration
	 */
	public String name() {
		return this.settings.name();
	}

	/**
	 * Returns the client as it is configured.
	 * @return the settings
	 */
	public ClientSettings settings() {
		return this.settings;
	}

	/**
	 * Returns whether a request is one of this client's.
	 * @param uri an absolute address
	 * @return whether a pattern of the configuration matches
	 */
	public boolean matches(URI uri) {
		return this.settings.matches(uri);
	}

	/**
	 * Admits a request, and queues it for as long as it may wait. Holds the thread.
	 * @param request the request
	 * @return the call, which may be sent now
	 * @throws CallRefusedException if it cannot be sent in time
	 */
	public ClientCall acquire(OutboundRequest request) {
		return acquire(request, false);
	}

	/**
	 * Admits a further attempt like {@link #acquire}, for a caller that holds its thread
	 * already.
	 * @param retry the request
	 * @return the call, which may be sent now
	 * @throws CallRefusedException if it cannot be sent in time
	 */
	public ClientCall acquireAgain(OutboundRequest retry) {
		return acquire(retry, true);
	}

	private ClientCall acquire(OutboundRequest request, boolean threadIsHeld) {
		ProviderAccount account = this.accounts.of(request);
		try {
			CallRequest needed = callRequest(request, threadIsHeld ? Caller.UNBOUNDED : account.caller());
			ClientCall passedOn = passedOn(request, account, needed.cost());
			return (passedOn != null) ? passedOn : acquire(account, needed);
		}
		finally {
			account.release();
		}
	}

	ClientCall acquire(ProviderAccount account, CallRequest request) {
		try {
			return admitted(account, account.governor().acquire(request));
		}
		catch (CallRefusedException ex) {
			this.listener.ended(name(), Outcome.REFUSED);
			throw ex;
		}
	}

	/**
	 * Admits a request, and queues it for as long as it may wait without holding a
	 * thread.
	 * @param request the request
	 * @return complete when the call may be sent, or fails with a
	 * {@link CallRefusedException}. Cancelling it takes the call out of the queue
	 */
	public CompletableFuture<ClientCall> acquireAsync(OutboundRequest request) {
		return acquireAsync(request, false);
	}

	/**
	 * Admits a request, and queues it for as long as it may wait.
	 * @param request the request
	 * @param holdsThread whether the current thread waits for the result
	 * @return complete when the call may be sent, or fails with a
	 * {@link CallRefusedException}. Cancelling it takes the call out of the queue
	 */
	public CompletableFuture<ClientCall> acquireAsync(OutboundRequest request, boolean holdsThread) {
		ProviderAccount account = this.accounts.of(request);
		try {
			CallRequest needed = callRequest(request, holdsThread ? account.caller() : Caller.UNBOUNDED);
			ClientCall passedOn = passedOn(request, account, needed.cost());
			return (passedOn != null) ? CompletableFuture.completedFuture(passedOn) : acquireAsync(account, needed);
		}
		finally {
			account.release();
		}
	}

	CompletableFuture<ClientCall> acquireAsync(ProviderAccount account, CallRequest request) {
		CompletableFuture<GovernedCall> admission = account.governor().acquireAsync(request);
		if (admission.isDone() && !admission.isCompletedExceptionally()) {
			return CompletableFuture.completedFuture(admitted(account, admission.join()));
		}
		CompletableFuture<ClientCall> call = new CompletableFuture<>();
		cancelWith(call, admission);
		admission.whenComplete((admitted, failure) -> {
			if (failure != null) {
				if (failure instanceof CallRefusedException) {
					this.listener.ended(name(), Outcome.REFUSED);
				}
				call.completeExceptionally(failure);
				return;
			}
			ClientCall sent = admitted(account, admitted);
			if (!call.complete(sent)) {
				sent.notSent();
			}
		});
		return call;
	}

	/** Cancels an admission when what depends on it is cancelled. */
	static void cancelWith(CompletableFuture<?> dependent, CompletableFuture<?> admission) {
		dependent.whenComplete((any, failure) -> {
			if (dependent.isCancelled()) {
				admission.cancel(false);
			}
		});
	}

	/**
	 * Returns the call whose permits were passed on to a request. Those that are too few,
	 * or of another account, are given back, and the request is queued.
	 */
	private @Nullable ClientCall passedOn(OutboundRequest request, ProviderAccount account, CallCost cost) {
		ClientCall outer = request.passedOnBy(this);
		GovernedCall permits = (outer != null) ? outer.passOn() : null;
		if (outer == null || permits == null) {
			return null;
		}
		if (outer.account() == account && permits.cost().permits(Dimension.TOKENS) >= cost.permits(Dimension.TOKENS)) {
			return new ClientCall(this, permits, account);
		}
		new ClientCall(this, permits, outer.account()).notSent();
		return null;
	}

	private ClientCall admitted(ProviderAccount account, GovernedCall call) {
		this.retries.requestSent();
		if (call.waitedNanos() > 0) {
			this.listener.waited(name(), call.waitedNanos());
		}
		return new ClientCall(this, call, account);
	}

	private CallRequest callRequest(OutboundRequest request, Caller caller) {
		TokenUsage estimate = estimate(request.facts());
		return new CallRequest(new CallCost(Math.max(0, estimate.input()), Math.max(0, estimate.output())),
				this.settings.settings(request.facts().model()).maxWait(), request.priority().value(),
				request.retry() || request.passedOnBy(this) != null, caller);
	}

	/** An estimator of the application may fail; the call does not. */
	private TokenUsage estimate(ModelRequest request) {
		try {
			return this.estimator.estimate(request);
		}
		catch (RuntimeException | LinkageError ex) {
			return TokenEstimator.DEFAULT.estimate(request);
		}
	}

	/**
	 * Uses the account of a call that no adapter sees: that of the latest request, with
	 * the model of the call.
	 * @param model the model, null for that of the latest request
	 * @return the account, to be {@linkplain ProviderAccount#release() released}
	 */
	ProviderAccount account(@Nullable String model) {
		return this.accounts.of(model);
	}

	/** Uses an account once more. */
	ProviderAccount use(ProviderAccount account) {
		return this.accounts.use(account);
	}

	private ProviderAccount create(Key key, String host, @Nullable String model) {
		ClientDialect configured = this.settings.dialect();
		ClientDialect dialect = (configured != null) ? configured : this.dialects.forHost(host);
		boolean byModel = this.settings.key().contains(KeyPart.MODEL);
		GovernorSettings governed = this.settings.settings(byModel ? model : null);
		return new ProviderAccount(key, (byModel && model != null) ? model : "", dialect,
				new Governor(name(), key, governed, this::isOff, dialect::window, this.time, this.executor, this.store),
				this.callers.get());
	}

	private boolean isOff() {
		return !this.killSwitch.isEnabled() || this.killSwitch.mode() == LimitMode.SHADOW;
	}

	boolean mayRetry(int attempts) {
		return this.retries.tryRetry(attempts);
	}

	Duration maxWait(ProviderAccount account) {
		return this.settings.settings(account.model().isEmpty() ? null : account.model()).maxWait();
	}

	CompletableFuture<@Nullable Void> after(long nanos) {
		return this.time.after(nanos).thenApplyAsync((over) -> over, this.executor);
	}

	Instant wallTime() {
		return this.time.wallTime();
	}

	ClientListener listener() {
		return this.listener;
	}

	/**
	 * Returns the accounts of the provider that this process has used.
	 * @return a live view
	 */
	public Collection<ProviderAccount> accounts() {
		return this.accounts.all();
	}

	/**
	 * Returns whether a request has passed this limiter yet.
	 * @return false for a client whose patterns match nothing
	 */
	public boolean isUsed() {
		return this.accounts.areUsed();
	}

}
