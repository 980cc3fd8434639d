package io.github.ratelimit.client;

import io.github.ratelimit.InvalidRateException;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitBuilder;
import io.github.ratelimit.LimitUnit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.client.ClientSettings.KeyPart;
import io.github.ratelimit.governor.CallCost;
import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.governor.CallRefusedException.Reason;
import io.github.ratelimit.governor.CallRequest;
import io.github.ratelimit.governor.CallRequest.Caller;
import io.github.ratelimit.governor.GovernorSettings;
import io.github.ratelimit.governor.GovernorState.QuotaState;
import io.github.ratelimit.limiter.NamedBudgets.NamedBudget;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.registry.KeySource;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.LimitStore;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The quotas of a client for code that calls its provider without an adapter. A call
 * takes one request, and its permits are tokens: 1 by default, which is next to nothing.
 * Its key names the model where the client's quotas are counted by models; a call with
 * {@link Key#GLOBAL}, or of another client, belongs to the account of the client's latest
 * request. Thread-safe.
 */
public final class ClientBudget implements NamedBudget {

	private static final String MODEL_KIND = "model";

	/** Represents the tokens of a client whose limit is unknown. */
	private static final Rate UNKNOWN = Rate.of(1_000_000_000_000L, Duration.ofDays(1));

	private final ClientLimiter limiter;

	private final RegisteredLimit registered;

	/**
	 * Creates a budget.
	 * @param limiter the client
	 */
	public ClientBudget(ClientLimiter limiter) {
		this.limiter = limiter;
		boolean byModel = limiter.settings().key().contains(KeyPart.MODEL);
		this.registered = RegisteredLimit.of(LimitSettings.of(limit(limiter.settings())).withHidden(true), List
			.of(byModel ? new KeySource(MODEL_KIND, MODEL_KIND) : new KeySource(Key.GLOBAL_KIND, Key.GLOBAL_KIND)));
	}

	/** Has the configured tokens; only the provider's reports change them. */
	private static Limit limit(ClientSettings client) {
		GovernorSettings settings = client.settings();
		Rate rate = settings.quotas()
			.stream()
			.filter((quota) -> quota.dimension() != Dimension.REQUESTS)
			.findFirst()
			.map((quota) -> Rate.of(quota.permits(), quota.window()))
			.orElse(UNKNOWN);
		LimitBuilder limit = ofTokens(client.name(), rate);
		return (settings.maxWait().isZero() ? limit
				: limit.maxWait(settings.maxWait(), Math.max(1, settings.maxWaiting())))
			.build();
	}

	private static LimitBuilder ofTokens(String name, Rate rate) {
		return Limit.named(name).costed(true).unit(LimitUnit.TOKENS).rates(rate);
	}

	@Override
	public RegisteredLimit registered() {
		return this.registered;
	}

	@Override
	public ChargeDecision tryTake(Charge charge) {
		return take(charge, Duration.ZERO);
	}

	@Override
	public ChargeDecision take(Charge charge) {
		return take(charge, null);
	}

	private ChargeDecision take(Charge charge, @Nullable Duration maxWait) {
		ProviderAccount account = account(charge);
		try {
			if (charge.permits() <= 0) {
				return granted(charge, account, null);
			}
			Duration wait = (maxWait != null) ? maxWait : this.limiter.maxWait(account);
			int priority = RequestPriority.current().value();
			return granted(charge, account,
					this.limiter.acquire(account, request(charge, wait, priority, account.caller())));
		}
		catch (CallRefusedException ex) {
			return refused(charge, account, ex, maxWait == null || ex.reason() != Reason.WAIT_TOO_LONG);
		}
		finally {
			account.release();
		}
	}

	@Override
	public Supplier<CompletableFuture<ChargeDecision>> asyncTake(Charge charge) {
		int priority = RequestPriority.current().value();
		return () -> takeAsync(charge, priority);
	}

	private CompletableFuture<ChargeDecision> takeAsync(Charge charge, int priority) {
		ProviderAccount account = account(charge);
		try {
			return (charge.permits() > 0) ? takeAsync(charge, account, priority)
					: CompletableFuture.completedFuture(granted(charge, account, null));
		}
		finally {
			account.release();
		}
	}

	private CompletableFuture<ChargeDecision> takeAsync(Charge charge, ProviderAccount account, int priority) {
		CompletableFuture<ClientCall> admission = this.limiter.acquireAsync(account,
				request(charge, this.limiter.maxWait(account), priority, Caller.UNBOUNDED));
		CompletableFuture<ChargeDecision> decided = new CompletableFuture<>();
		ClientLimiter.cancelWith(decided, admission);
		admission.whenComplete((call, failure) -> {
			try {
				if (failure instanceof CallRefusedException refusal) {
					decided.complete(refused(charge, account, refusal, true));
				}
				else if (failure != null) {
					decided.completeExceptionally(failure);
				}
				else if (!decided.complete(granted(charge, account, call))) {
					call.notSent();
				}
			}
			catch (RuntimeException | LinkageError ex) {
				decided.completeExceptionally(ex);
			}
		});
		return decided;
	}

	private ProviderAccount account(Charge charge) {
		return this.limiter.account(charge.key().equals(Key.GLOBAL) ? null : charge.key().text());
	}

	private static CallRequest request(Charge charge, Duration maxWait, int priority, Caller caller) {
		return new CallRequest(tokens(charge.permits()), maxWait, priority, false, caller);
	}

	private static CallCost tokens(long permits) {
		return new CallCost(permits, 0);
	}

	/** Returns the decision about a call, null if it takes no permits. */
	private static ChargeDecision granted(Charge charge, ProviderAccount account, @Nullable ClientCall call) {
		return new ClientDecision(charge, account, call, 0, null);
	}

	/**
	 * Returns the decision of a refusal.
	 * @param explained whether it has another reason than too few permits
	 */
	private static ChargeDecision refused(Charge charge, ProviderAccount account, CallRefusedException refusal,
			boolean explained) {
		boolean tooLarge = refusal.reason() == Reason.TOO_LARGE;
		return new ClientDecision(tooLarge ? withKnownLimit(charge, account) : charge, account, null,
				tooLarge ? ChargeDecision.NEVER : Math.max(1, refusal.retryAfter().toNanos()),
				explained ? refusal : null);
	}

	/**
	 * A refusal for which no wait helps reports the capacity in tokens, unless what the
	 * provider reports is not a rate.
	 */
	private static Charge withKnownLimit(Charge charge, ProviderAccount account) {
		QuotaState quota = ClientDecision.nearest(account.governor().state().quotas());
		if (quota == null || quota.limit() < 1) {
			return charge;
		}
		try {
			Rate rate = Rate.of(quota.limit(), quota.window().truncatedTo(ChronoUnit.MILLIS));
			Limit limit = ofTokens(charge.limit().name(), rate).build();
			return Charge.of(charge.handle().withLimit(limit), charge.key(), charge.permits());
		}
		catch (InvalidRateException ex) {
			return charge;
		}
	}

	/**
	 * The decision about a call of a client. What was taken is in flight until the call
	 * is settled or ends.
	 */
	private static final class ClientDecision extends ChargeDecision {

		private final long waitNanos;

		private final @Nullable QuotaState quota;

		private final @Nullable CallRefusedException refusal;

		ClientDecision(Charge charge, ProviderAccount account, @Nullable ClientCall call, long waitNanos,
				@Nullable CallRefusedException refusal) {
			super(charge.pending(), call);
			this.waitNanos = waitNanos;
			this.refusal = refusal;
			this.quota = nearest(account.governor().state().quotas());
		}

		/** Returns the tokens that are scarcest, else the requests; null if unknown. */
		private static @Nullable QuotaState nearest(List<QuotaState> quotas) {
			QuotaState nearest = null;
			for (QuotaState quota : quotas) {
				boolean tokens = quota.dimension() != Dimension.REQUESTS;
				if (nearest == null || (tokens
						&& (nearest.dimension() == Dimension.REQUESTS || quota.available() < nearest.available()))) {
					nearest = quota;
				}
			}
			return nearest;
		}

		@Override
		protected long waitNanos() {
			return this.waitNanos;
		}

		@Override
		public @Nullable CallRefusedException refusal() {
			return this.refusal;
		}

		@Override
		protected long permitsLeft() {
			return (this.quota != null) ? this.quota.available() : 0;
		}

		@Override
		protected long resetAfterNanos() {
			if (this.quota == null || this.quota.perSecond() <= 0) {
				return 0;
			}
			double missing = Math.max(0, this.quota.limit() - this.quota.available());
			return (long) (missing / this.quota.perSecond() * 1e9);
		}

		@Override
		public boolean hasFacts() {
			return this.quota != null || isViolated();
		}

		@Override
		public boolean isPassedOn() {
			return receipt() != null;
		}

		@Override
		public void settle(LimitStore store, long actual) {
			if (receipt() instanceof ClientCall call) {
				call.settle(tokens(actual));
			}
		}

		@Override
		public void giveBack(LimitStore store) {
			if (receipt() instanceof ClientCall call) {
				call.notSent();
			}
		}

		@Override
		public void decided() {
			if (receipt() instanceof ClientCall call) {
				call.close();
			}
		}

	}

}
