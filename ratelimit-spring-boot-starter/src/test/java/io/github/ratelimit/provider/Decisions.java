package io.github.ratelimit.provider;

import io.github.ratelimit.Handles;
import io.github.ratelimit.Charge;
import io.github.ratelimit.Decision;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.LimitStore;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TimeSource;
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

	public static LimitDecision granted(Limit limit, long remaining, Duration reset) {
		return LimitDecision.granted(charge(limit), null, remaining, reset.toNanos(), null);
	}

	public static LimitDecision refused(Limit limit, Duration wait, Duration reset) {
		return LimitDecision.refused(charge(limit), 0, wait.toNanos(), reset.toNanos(), null);
	}

	public static LimitDecision tooLarge(Limit limit, long permits) {
		return LimitDecision.refused(new Charge(Handles.of(limit), Key.of("someone"), permits), limit.capacity(),
				LimitDecision.NEVER, 0, null);
	}

	public static LimitDecision banned(LimitDecision said, Duration ban) {
		return LimitDecision.banned(said, ban.toNanos());
	}

	/** A limit that refuses, and is only tried out. */
	public static LimitDecision inShadow(LimitDecision said) {
		return said.violated()
				? LimitDecision.refused(said.charge().inShadow(), said.remaining(), said.retryAfterNanos(),
						said.resetAfter().toNanos(), null)
				: LimitDecision.granted(said.charge().inShadow(), null, said.remaining(), said.resetAfter().toNanos(),
						null);
	}

	public static LimitDecision unavailable(Limit limit, Duration wait) {
		return LimitDecision.unavailable(charge(limit), wait.toNanos());
	}

	public static Charge charge(Limit limit) {
		return new Charge(Handles.of(limit), Key.of("someone"), 1);
	}

	public static long[] perRate(Object... remainingAndReset) {
		return Arrays.stream(remainingAndReset)
			.mapToLong((value) -> (value instanceof Duration reset) ? reset.toNanos() : ((Number) value).longValue())
			.toArray();
	}

	public static Decision decision(LimitDecision... limits) {
		return Decision.of(List.of(limits), STORE);
	}

}
