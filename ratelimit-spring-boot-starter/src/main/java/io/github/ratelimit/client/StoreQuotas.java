package io.github.ratelimit.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.governor.ConfiguredQuota;
import io.github.ratelimit.governor.GovernorSettings;
import io.github.ratelimit.governor.SharedQuotas;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.LimitStore;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The configured quotas of one key in a store that instances share: a token bucket for
 * each, without the reserve. Thread-safe.
 */
final class StoreQuotas implements SharedQuotas {

	private static final Log logger = LogFactory.getLog(StoreQuotas.class);

	private final String client;

	private final LimitStore store;

	private final Key key;

	private final TimeSource time;

	private final AtomicBoolean failing = new AtomicBoolean();

	private final List<LimitHandle> handles = new ArrayList<>();

	StoreQuotas(String client, GovernorSettings settings, Key key, LimitStore store, TimeSource time) {
		this.client = client;
		this.store = store;
		this.time = time;
		this.key = key;
		for (ConfiguredQuota quota : settings.quotas()) {
			Limit limit = limit(client, quota, settings.reserve());
			this.handles.add(RegisteredLimit.of(LimitSettings.of(limit).withBlockable(true)).handle());
		}
	}

	private static Limit limit(String client, ConfiguredQuota quota, double reserve) {
		long burst = Math.max(1, Math.round(quota.permits() * (1 - reserve)));
		return Limit.named("client_" + client + "_" + quota.dimension().name().toLowerCase(Locale.ROOT))
			.rates(new Rate(quota.permits(), quota.window(), burst))
			.costed(quota.dimension() != Dimension.REQUESTS)
			.maxDebt(quota.permits())
			.build();
	}

	@Override
	public Taking take(long[] permits) {
		List<Charge> charges = new ArrayList<>(permits.length);
		for (int i = 0; i < permits.length; i++) {
			LimitHandle handle = this.handles.get(i);
			charges.add(Charge.of(handle, this.key, Math.min(permits[i], handle.limit().capacity())));
		}
		List<ChargeDecision> decisions;
		try {
			decisions = this.store.takeAll(charges);
			this.failing.set(false);
		}
		catch (RuntimeException | LinkageError ex) {
			failed(ex);
			return Taking.UNAVAILABLE;
		}
		long wait = 0;
		for (ChargeDecision decision : decisions) {
			wait = decision.isRefused() ? Math.max(wait, decision.retryAfterNanos()) : wait;
		}
		return (wait > 0) ? new Taking(wait, null) : new Taking(0, new TakenPermits(decisions));
	}

	@Override
	public void block(long nanos) {
		guarded(() -> this.store.block(this.handles.get(0), this.key, this.time.wallTime().plusNanos(nanos)));
	}

	/** A call to a provider never fails because of the store of its limits. */
	private void guarded(Runnable change) {
		try {
			change.run();
		}
		catch (RuntimeException | LinkageError ex) {
			failed(ex);
		}
	}

	private void failed(Throwable failure) {
		if (this.failing.compareAndSet(false, true)) {
			logger.warn("The store of the limits fails, so this instance counts the quotas of client '" + this.client
					+ "' by itself until it answers again", failure);
		}
	}

	/** Permits that were taken from the store. */
	private final class TakenPermits implements Taken {

		private final List<ChargeDecision> decisions;

		TakenPermits(List<ChargeDecision> decisions) {
			this.decisions = decisions;
		}

		@Override
		public void settle(long[] permits) {
			guarded(() -> {
				for (int i = 0; i < permits.length; i++) {
					if (permits[i] != this.decisions.get(i).charge().permits()) {
						StoreQuotas.this.store.settle(this.decisions.get(i), permits[i]);
					}
				}
			});
		}

		@Override
		public void giveBack() {
			guarded(() -> this.decisions.forEach(StoreQuotas.this.store::giveBack));
		}

	}

}
