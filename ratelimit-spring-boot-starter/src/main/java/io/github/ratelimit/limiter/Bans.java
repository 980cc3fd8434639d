package io.github.ratelimit.limiter;

import io.github.ratelimit.Key;
import io.github.ratelimit.Penalty;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.LimitStore;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;

/** Counts the refusals of keys and blocks those that are refused too often. */
final class Bans {

	private static final Logger logger = System.getLogger(Bans.class.getName());

	private final LimitStore store;

	private final TimeSource time;

	private final RateLimitListener listener;

	Bans(LimitStore store, TimeSource time, RateLimitListener listener) {
		this.store = store;
		this.time = time;
		this.listener = listener;
	}

	/**
	 * Notes that a limit refused a key, which is not banned yet.
	 * @param limit the limit
	 * @param key the key
	 * @param asked when the store was asked about the call, by the monotonic clock
	 */
	void refused(RegisteredLimit limit, Key key, long asked) {
		LimitHandle refusals = limit.refusals();
		Penalty penalty = limit.settings().penalty();
		if (refusals == null || penalty == null) {
			return;
		}
		try {
			ChargeDecision denials = this.store.takeSince(Charge.of(refusals, key, 1), asked);
			if (denials.hasFacts() && denials.remaining() == 0) {
				ban(limit, penalty, key, asked);
			}
		}
		catch (RuntimeException | LinkageError ex) {
			logger.log(Level.DEBUG, () -> "A refusal of limit '" + limit.name() + "' was not counted", ex);
		}
	}

	private void ban(RegisteredLimit limit, Penalty penalty, Key key, long asked) {
		Instant until = this.time.wallTime().plus(penalty.ban());
		switch (this.store.blockSince(limit.handle(), key, until, asked)) {
			case STARTED -> this.listener.banned(limit, key, penalty.ban());
			case NO_ROOM -> this.listener.notBanned(limit, key);
			case ALREADY_BLOCKED, PASSED -> {
			}
		}
	}

}
