package io.github.ratelimit.store.redis;

import io.github.ratelimit.StoreUnavailableException;
import io.github.ratelimit.registry.LimitChanges;
import io.github.ratelimit.registry.SharedChanges;
import io.github.ratelimit.store.redis.client.FailureReason;
import io.github.ratelimit.store.redis.client.RedisAccess;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Shares the changes of settings through Redis. Each instance asks twice a second whether
 * something was changed, on a thread of its own, so no decision waits for it. While Redis
 * fails, changes stay as they are. Where Redis has lost them, the first instance that
 * notices writes them again. Thread-safe.
 */
final class RedisChanges implements SharedChanges, AutoCloseable {

	/** So many polls in a row that fail are worth a warning. */
	private static final int MANY_FAILURES = 10;

	private static final Log logger = LogFactory.getLog(RedisChanges.class);

	/** How often an instance asks: a change holds in all of them within a second. */
	static final Duration PAUSE = Duration.ofMillis(400);

	/** How often it asks before it looks for changes that its configuration says too. */
	private static final int TIDY_UP_AFTER = 10;

	/**
	 * For how long an instance that needs a change, since its configuration says
	 * something else, keeps it for all.
	 */
	private static final Duration NEEDED = Duration.ofSeconds(10);

	private static final byte[] NEEDED_MICROS = LimitEncoding
		.doubles(TimeUnit.MILLISECONDS.toMicros(NEEDED.toMillis()));

	private static final byte[] POLL = RedisKeyNames.bytes("poll");

	private static final byte[] REPLACE = RedisKeyNames.bytes("replace");

	private final RedisAccess redis;

	private final byte[][] keys;

	private final ScheduledExecutorService poller = Executors
		.newSingleThreadScheduledExecutor(RedisAccess.daemonThreads("ratelimit-changes-"));

	private int polls;

	private int failures;

	RedisChanges(RedisAccess redis) {
		this.redis = redis;
		this.keys = new byte[][] { redis.names().changes(), redis.names().neededChanges() };
	}

	@Override
	public void start(LimitChanges instance) {
		pollSafely(instance);
		this.poller.scheduleWithFixedDelay(() -> pollSafely(instance), PAUSE.toMillis(), PAUSE.toMillis(),
				TimeUnit.MILLISECONDS);
	}

	/** Throws nothing: a task that throws is not run again. */
	private void pollSafely(LimitChanges instance) {
		try {
			if (!this.redis.isOpen(this.keys[0])) {
				poll(instance);
				this.failures = 0;
			}
		}
		catch (RuntimeException ex) {
			failed(ex);
		}
	}

	/** During an outage nothing is asked, so that many failures have another reason. */
	private void failed(RuntimeException failure) {
		if (failure instanceof StoreUnavailableException && failure.getCause() != null) {
			this.redis.failedBesideDecisions(failure.getCause(), this.keys[0]);
		}
		if (++this.failures == MANY_FAILURES) {
			logger.warn("This instance does not see which settings other instances change: "
					+ FailureReason.cause(Objects.requireNonNullElse(failure.getCause(), failure))
					+ ". If it is a right that is missing, allow the user of Redis the commands that docs/redis.md lists "
					+ "[RL702]");
		}
		else {
			logger.debug("Redis does not report which settings were changed", failure);
		}
	}

	private void poll(LimitChanges instance) {
		State known = instance.known();
		List<String> needed = instance.needed();
		State state = read(run(POLL, known, needed), known).state();
		if (state != null && state.version() < known.version()) {
			replace(known, List.of());
		}
		else if (state != null) {
			instance.received(state);
		}
		else if (++this.polls % TIDY_UP_AFTER == 0) {
			instance.tidyUp();
		}
	}

	@Override
	public Answer replace(State next, Collection<String> unneeded) {
		List<String> texts = new ArrayList<>(unneeded);
		texts.add(0, next.text());
		return read(run(REPLACE, next, texts), next);
	}

	private byte[] run(byte[] what, State state, List<String> texts) {
		List<byte[]> args = new ArrayList<>(List.of(what, LimitEncoding.doubles(state.version()), NEEDED_MICROS));
		texts.forEach((text) -> args.add(RedisKeyNames.bytes(text)));
		return this.redis.awaitPatiently(
				this.redis.client().run(this.redis.scripts().changes(), this.keys, args.toArray(byte[][]::new)));
	}

	private static Answer read(byte[] reply, State sent) {
		return switch (reply[0]) {
			case 'R' -> new Answer(Outcome.REPLACED, new State(sent.version() + 1, sent.text()));
			case 'N' -> new Answer(Outcome.NEEDED, null);
			case '=' -> new Answer(Outcome.OUTDATED, null);
			default -> new Answer(Outcome.OUTDATED, state(reply));
		};
	}

	private static State state(byte[] reply) {
		int text = 1 + Double.BYTES;
		return new State((long) LimitEncoding.wrap(reply).getDouble(1),
				new String(reply, text, reply.length - text, StandardCharsets.UTF_8));
	}

	@Override
	public void close() {
		this.poller.shutdownNow();
	}

}
