package io.github.ratelimit.limiter;

import io.github.ratelimit.Key;
import io.github.ratelimit.registry.BanHandles;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.LimitStore;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Counts the refusals of keys and bans those that are refused too often. */
final class Bans {

	private static final Logger logger = System.getLogger(Bans.class.getName());

	private final LimitStore store;

	private final RateLimitListener listener;

	Bans(LimitStore store, RateLimitListener listener) {
		this.store = store;
		this.listener = listener;
	}

	/** Notes that a limit refused a key, which is not banned yet. */
	void refused(RegisteredLimit limit, BanHandles penalty, Key key) {
		try {
			ChargeDecision denials = this.store.take(new Charge(penalty.refusals(), key, 1));
			if (denials.hasFacts() && denials.remaining() == 0) {
				ban(limit, penalty, key);
			}
		}
		catch (RuntimeException | LinkageError ex) {
			logger.log(Level.DEBUG, () -> "A refusal of limit '" + limit.name() + "' was not counted", ex);
		}
	}

	private void ban(RegisteredLimit limit, BanHandles penalty, Key key) {
		ChargeDecision ban = this.store.take(new Charge(penalty.bans(), key, 1));
		if (ban.isUnavailable()) {
			this.listener.notBanned(limit, key);
		}
		else if (!ban.isViolated()) {
			this.listener.banned(limit, key, penalty.bans().limit().rates().get(0).period());
		}
	}

}
