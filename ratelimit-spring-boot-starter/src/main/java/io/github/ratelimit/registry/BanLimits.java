package io.github.ratelimit.registry;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Penalty;
import io.github.ratelimit.Rate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The limits by which stores keep the refusals and the blocks of another limit's keys.
 */
final class BanLimits {

	private static final String DENIALS = "..denials";

	private static final String BAN = "..ban";

	/** For a limit without a penalty; a block can last for any time. */
	private static final Duration ANY_TIME = Duration.ofDays(1);

	/** By so much the clocks of instances may differ. */
	private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(10);

	private BanLimits() {
	}

	/**
	 * Returns until when every instance looks for bans of a limit without a penalty.
	 * @param until when the last one ends by the clock of one instance
	 */
	static Instant lookedForUntil(Instant until) {
		return until.plus(CLOCKS_DIFFER);
	}

	/**
	 * Checks that keys of a limit can be banned.
	 * @throws IllegalArgumentException if a ban would refuse all callers, or the name of
	 * the limit is too long
	 */
	static void checkPenalty(LimitSettings settings, List<KeySource> keySources) {
		String name = settings.limit().name();
		if (settings.penalty() == null) {
			return;
		}
		if (keySources.stream().anyMatch((source) -> source.kinds().contains(Key.GLOBAL_KIND))) {
			throw new IllegalArgumentException("Keys of limit '" + name + "' cannot be banned: it has global among its "
					+ "keys, and a ban would refuse all callers. Ban keys of a limit that tells callers apart.");
		}
		checkLength(name, Penalty.MAX_NAME_LENGTH);
	}

	/**
	 * Checks that keys of a limit can be blocked.
	 * @throws IllegalArgumentException if the name of the limit is too long
	 */
	static void checkBlocks(String name) {
		checkLength(name, Limit.MAX_NAME_LENGTH - BAN.length());
	}

	private static void checkLength(String name, int longest) {
		if (name.length() > longest) {
			throw new IllegalArgumentException("Keys of limit '" + name + "' cannot be banned: its name is longer than "
					+ longest + " characters. Shorten the name in the configuration.");
		}
	}

	/** Returns the limit that counts the refusals of a key, as a log. */
	static Limit refusals(String name, Penalty penalty) {
		return Limit.named(name + DENIALS)
			.algorithm(Algorithm.SLIDING_WINDOW_LOG)
			.rates(Rate.of(penalty.denials(), penalty.within()))
			.build();
	}

	/**
	 * Returns the limit whose buckets are the blocks of keys. Earlier versions read and
	 * write a ban as a bucket that has lost its only permit, so it fills in the time of a
	 * ban.
	 */
	static Limit blocks(String name, @Nullable Penalty penalty) {
		return Limit.of(name + BAN, Rate.of(1, (penalty != null) ? penalty.ban() : ANY_TIME));
	}

}
