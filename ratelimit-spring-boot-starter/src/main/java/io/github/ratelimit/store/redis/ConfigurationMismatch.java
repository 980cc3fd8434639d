package io.github.ratelimit.store.redis;

import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.redis.client.RedisAccess;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Warns of instances that share a prefix and have different configurations of a limit for
 * minutes, longer than a deployment of a new configuration takes. Each instance publishes
 * its configuration once a minute; no decision waits for that. Thread-safe.
 */
final class ConfigurationMismatch {

	private static final Log logger = LogFactory.getLog(RedisStore.class);

	private static final Duration BEAT = Duration.ofMinutes(1);

	/** Other instances see one that has ended at most once more. */
	private static final Duration COUNTS = Duration.ofSeconds(90);

	/** A difference has to be seen this often in a row before it causes a warning. */
	static final int OFTEN = 4;

	private final RedisAccess redis;

	private final String prefix;

	private final byte[] key;

	private final Supplier<Collection<RegisteredLimit>> limits;

	/**
	 * The differences of the last comparison, at most one of each limit. Settings that
	 * are changed while instances run differ for a moment: each change is another
	 * difference.
	 */
	private final Map<String, Integer> seen = new TreeMap<>();

	private final Set<String> warned = new HashSet<>();

	ConfigurationMismatch(RedisAccess redis, String prefix, Supplier<Collection<RegisteredLimit>> limits) {
		this.redis = redis;
		this.prefix = prefix;
		this.key = redis.names().configurations();
		this.limits = limits;
	}

	/** Compares every minute from now on. */
	void start() {
		this.redis.scheduler()
			.scheduleWithFixedDelay(this::compareSafely, BEAT.toMillis(), BEAT.toMillis(), TimeUnit.MILLISECONDS);
	}

	/** Throws nothing: a task that throws is not run again. */
	private void compareSafely() {
		try {
			compare().exceptionally((failure) -> {
				logger.debug("Configurations could not be compared with those of other instances", failure);
				return null;
			});
		}
		catch (RuntimeException ex) {
			logger.debug("Configurations could not be compared with those of other instances", ex);
		}
	}

	/** Publishes this instance's configuration and compares it with those of others. */
	CompletableFuture<?> compare() {
		Map<String, String> own = new TreeMap<>();
		this.limits.get().forEach((limit) -> own.put(limit.limit().name(), text(limit)));
		if (own.isEmpty() || this.redis.isOpen(this.key)) {
			return CompletableFuture.completedFuture(null);
		}
		List<byte[]> args = new ArrayList<>();
		args.add(LimitEncoding.doubles(TimeUnit.MILLISECONDS.toMicros(COUNTS.toMillis())));
		own.forEach((limit, configuration) -> args.add(RedisKeyNames.bytes(limit + "=" + configuration)));
		return this.redis.run(this.redis.scripts().configurations(), this.key, args.toArray(byte[][]::new))
			.thenAccept((answer) -> compare(own, new String(answer, StandardCharsets.UTF_8)));
	}

	private synchronized void compare(Map<String, String> own, String answer) {
		Map<String, String> others = new TreeMap<>();
		answer.lines().sorted().filter((line) -> line.indexOf('=') > 0).forEach((line) -> {
			int end = line.indexOf('=');
			others.merge(line.substring(0, end), line.substring(end + 1), (one, next) -> one + " and " + next);
		});
		others.replaceAll((limit, other) -> "limit '" + limit + "' is " + own.get(limit) + " here and " + other
				+ " in another instance");
		this.seen.keySet().retainAll(others.values());
		List<String> lasting = new ArrayList<>();
		others.forEach((limit, difference) -> {
			if (this.seen.merge(difference, 1, Integer::sum) >= OFTEN && this.warned.add(limit)) {
				lasting.add(difference);
			}
		});
		String text = String.join("; ", lasting);
		if (!text.isEmpty()) {
			logger.warn("Instances that share the prefix '" + this.prefix + "' in Redis have had different "
					+ "configurations for minutes: " + text + ". Each reads what the other has counted in proportion. "
					+ "Finish the deploy, or give one of the two another ratelimit.redis.key-prefix. [RL707]");
		}
	}

	/**
	 * Returns what a limit and its plans allow, as a text of one line: equal for equal
	 * limits, however they are written.
	 */
	static String text(RegisteredLimit registered) {
		LimitSettings settings = registered.settings();
		StringBuilder text = new StringBuilder(text(settings.limit()));
		new TreeMap<>(settings.plans())
			.forEach((plan, limit) -> text.append("; plan ").append(plan).append(": ").append(text(limit)));
		return text.toString().replaceAll("\\s+", " ");
	}

	private static String text(Limit limit) {
		if (limit.isConcurrency()) {
			return "max-concurrent " + limit.capacity();
		}
		String rates = limit.rates().stream().map(Rate::toString).collect(Collectors.joining(", "));
		String algorithm = limit.algorithm().name().toLowerCase(Locale.ROOT).replace('_', '-');
		return switch (limit.algorithm()) {
			case TOKEN_BUCKET -> limit.isPaced() ? rates + " paced" : rates;
			case SLIDING_WINDOW -> (limit.segments() == Limit.DEFAULT_SEGMENTS) ? rates + " " + algorithm
					: rates + " " + algorithm + " of " + limit.segments() + " segments";
			default -> rates + " " + algorithm;
		};
	}

}
