package io.github.ratelimit.registry;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Penalty;
import io.github.ratelimit.Rate;

/**
 * The limits by which stores count the refusals and the bans of another limit's keys.
 *
 * @param refusals counts the refusals of a key
 * @param bans has one permit for each key: a key without it is banned
 */
public record BanHandles(LimitHandle refusals, LimitHandle bans) {

	private static final String DENIALS = "..denials";

	private static final String BAN = "..ban";

	static BanHandles of(RegisteredLimit owner, String limit, Penalty penalty) {
		Limit refusals = Limit.named(limit + DENIALS)
			.algorithm(Algorithm.SLIDING_WINDOW_LOG)
			.rates(Rate.of(penalty.denials(), penalty.within()))
			.build();
		Limit bans = Limit.named(limit + BAN).rates(Rate.of(1, penalty.ban())).maxDebt(0).build();
		return new BanHandles(new LimitHandle(owner, refusals, LimitHandle.Purpose.REFUSALS),
				new LimitHandle(owner, bans, LimitHandle.Purpose.BANS));
	}

}
