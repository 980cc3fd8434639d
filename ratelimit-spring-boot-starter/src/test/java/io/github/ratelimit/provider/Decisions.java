package io.github.ratelimit.provider;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.permit.StoreDecision;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.memory.MemoryStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Decisions with given facts. */
public final class Decisions {

	private static final LimitStore STORE = new MemoryStore(TimeSource.system(), 10);

	private Decisions() {
	}

	public static Limit limit(String name, String rates) {
		return Limit.of(name, Rate.parseAll(rates));
	}

	public static ChargeDecision granted(Limit limit, long remaining, Duration reset) {
		return ChargeDecision.granted(charge(limit), null, remaining, reset.toNanos(), null);
	}

	public static ChargeDecision refused(Limit limit, Duration wait, Duration reset) {
		return ChargeDecision.refused(charge(limit), 0, wait.toNanos(), reset.toNanos(), null);
	}

	public static ChargeDecision tooLarge(Limit limit, long permits) {
		return ChargeDecision.refused(Charge.of(Handles.of(limit), Key.of("someone"), permits), limit.capacity(),
				ChargeDecision.NEVER, 0, null);
	}

	public static ChargeDecision banned(ChargeDecision result, Duration ban) {
		return ChargeDecision.banned(result, ban.toNanos());
	}

	/** A limit that refuses, and is only tried out. */
	public static ChargeDecision inShadow(ChargeDecision result) {
		return result.isViolated()
				? ChargeDecision.refused(result.charge().asDryRun(), result.remaining(), result.retryAfterNanos(),
						result.resetAfter().toNanos(), null)
				: ChargeDecision.granted(result.charge().asDryRun(), null, result.remaining(),
						result.resetAfter().toNanos(), null);
	}

	public static ChargeDecision unavailable(Limit limit, Duration wait) {
		return ChargeDecision.unavailable(charge(limit), wait.toNanos());
	}

	public static Charge charge(Limit limit) {
		return Charge.of(Handles.of(limit), Key.of("someone"), 1);
	}

	public static long[] perRate(Object... remainingAndReset) {
		return Arrays.stream(remainingAndReset)
			.mapToLong((value) -> (value instanceof Duration reset) ? reset.toNanos() : ((Number) value).longValue())
			.toArray();
	}

	public static Decision decision(ChargeDecision... limits) {
		return StoreDecision.of(List.of(limits), STORE);
	}

}
