package io.github.ratelimit.store.redis;

import io.github.ratelimit.Key;
import io.github.ratelimit.KeyLabel;
import io.github.ratelimit.Limit;
import io.github.ratelimit.StoreUnavailableException;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.KeyPage;
import io.github.ratelimit.store.KeyState;
import io.github.ratelimit.store.redis.client.FailureReason;
import io.github.ratelimit.store.redis.client.ScriptClient;
import io.github.ratelimit.store.redis.client.ScriptReplies;
import io.github.ratelimit.store.redis.local.RedisLimit;
import io.github.ratelimit.store.redis.local.RememberedKey;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.LuaScript;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import io.github.ratelimit.store.redis.script.Snapshot;
import io.github.ratelimit.store.redis.script.StoreScripts;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Looks up keys for the endpoint: never part of a decision, so it may take longer.
 */
final class KeyLookups {

	private static final Duration PATIENCE = Duration.ofSeconds(2);

	private static final byte[] RESET_AT_A_TIME = RedisKeyNames.bytes("1000");

	private final ScriptClient redis;

	private final StoreScripts scripts;

	private final RedisKeyNames names;

	private final TimeSource time;

	KeyLookups(ScriptClient redis, StoreScripts scripts, RedisKeyNames names, TimeSource time) {
		this.redis = redis;
		this.scripts = scripts;
		this.names = names;
		this.time = time;
	}

	Optional<KeyState> find(RedisLimit limit, String keyId) {
		return find(limit, keyId, limit.keys().find(keyId));
	}

	Optional<KeyState> find(RedisLimit limit, Key key) {
		return find(limit, key.id(), limit.keys().known(key));
	}

	private Optional<KeyState> find(RedisLimit limit, String keyId, @Nullable RememberedKey known) {
		LimitEncoding encoding = limit.encoding();
		long asked = this.time.nanoTime();
		byte[] answer = run(this.scripts.find(), this.names.of(encoding.space(), keyId), encoding.encode(0));
		return (answer.length == 0) ? Optional.empty()
				: Optional.of(read(LimitEncoding.wrap(answer), encoding, keyId, known, asked));
	}

	boolean reset(RedisLimit limit, String keyId) {
		byte[] answer = run(this.scripts.reset(), this.names.of(limit.encoding().space(), keyId));
		limit.keys().remove(keyId, this.time.nanoTime());
		return answer[0] == '1';
	}

	/** Resets keys step by step, so that no step stops Redis for long. */
	long resetAll(RedisLimit limit) {
		byte[] pattern = this.names.pattern(limit.encoding().space());
		long reset = 0;
		for (int slot : this.redis.slots()) {
			byte[] route = this.names.route(slot, this.redis.isCluster());
			String cursor = "0";
			do {
				byte[] answer = run(this.scripts.resetPage(), route, RedisKeyNames.bytes(cursor), pattern,
						RESET_AT_A_TIME);
				reset += (long) LimitEncoding.wrap(answer).getDouble(0);
				cursor = new String(answer, Double.BYTES, answer.length - Double.BYTES, StandardCharsets.US_ASCII);
			}
			while (!cursor.equals("0"));
		}
		limit.keys().removeAll();
		return reset;
	}

	KeyPage keys(RedisLimit limit, @Nullable String after, int size) {
		return new KeyScan(this, this.redis, this.names, limit.encoding(), limit.keys(), this.time).page(after, size);
	}

	/** Runs one step of a scan on the node that has a key. */
	ByteBuffer page(byte[] route, String cursor, LimitEncoding encoding, int count) {
		return LimitEncoding.wrap(run(this.scripts.page(), route, RedisKeyNames.bytes(cursor),
				this.names.pattern(encoding.space()), RedisKeyNames.bytes(Integer.toString(count)), encoding.encode(0),
				RedisKeyNames.bytes(encoding.type())));
	}

	private byte[] run(LuaScript script, byte[] key, byte[]... args) {
		try {
			long deadline = this.time.nanoTime() + PATIENCE.toNanos();
			return ScriptReplies.await(this.redis.run(script, new byte[][] { key }, args), deadline, this.time);
		}
		catch (ExecutionException | TimeoutException ex) {
			throw new StoreUnavailableException("Redis cannot be asked now (" + FailureReason.reason(ex) + ")",
					FailureReason.cause(ex));
		}
	}

	/** Reads a state with its age and label. */
	KeyState read(ByteBuffer answer, LimitEncoding encoding, String keyId, @Nullable RememberedKey known,
			long askedNanos) {
		long idleMicros = (long) answer.getDouble();
		Snapshot state = encoding.read(answer, 0, new byte[0], askedNanos, this.time.nanoTime());
		byte[] label = new byte[answer.remaining()];
		answer.get(label);
		Instant lastTaken = this.time.wallTime().minus(idleMicros, ChronoUnit.MICROS).truncatedTo(ChronoUnit.MILLIS);
		if (known == null) {
			return state(state, encoding.limit(), label(keyId, label), 0, 0, lastTaken, null);
		}
		Instant lastSeen = wallTimeAt(known.lastSeen());
		return state(state, encoding.limit(), known.label(), known.allowed(), known.denied(),
				lastSeen.isAfter(lastTaken) ? lastSeen : lastTaken, known.key());
	}

	private KeyState remembered(RememberedKey known, LimitEncoding encoding) {
		Snapshot state = known.last();
		if (state == null || state.encoding() != encoding) {
			return new KeyState(known.label(), encoding.limit().capacity(), encoding.limit().capacity(), Duration.ZERO,
					known.allowed(), known.denied(), wallTimeAt(known.lastSeen()), known.key());
		}
		return state(state, encoding.limit(), known.label(), known.allowed(), known.denied(),
				wallTimeAt(known.lastSeen()), known.key());
	}

	/** Returns what this instance remembers of a key, without a call to Redis. */
	Optional<KeyState> lastKnown(RedisLimit limit, Key key) {
		return Optional.ofNullable(limit.keys().known(key)).map((known) -> remembered(known, limit.encoding()));
	}

	/** Returns the number of remembered keys that Redis still keeps. */
	long trackedKeys(RedisLimit limit) {
		long now = this.time.nanoTime();
		return limit.keys().kept(now);
	}

	private KeyState state(Snapshot state, Limit limit, KeyLabel label, long allowed, long denied, Instant lastSeen,
			@Nullable Key key) {
		long elapsed = TimeUnit.NANOSECONDS.toMicros(this.time.nanoTime() - state.askedNanos());
		int nearest = state.nearest(elapsed);
		return new KeyState(label, limit.quota(nearest), Math.max(0, state.remaining(nearest, elapsed)),
				Duration.ofNanos(state.nanosToFull(elapsed)), allowed, denied, lastSeen, key);
	}

	private static KeyLabel label(String keyId, byte[] label) {
		String text = new String(label, StandardCharsets.UTF_8);
		int colon = text.indexOf(':');
		return (colon > 0) ? new KeyLabel(keyId, text.substring(0, colon), text.substring(colon + 1))
				: new KeyLabel(keyId, "unknown", "***");
	}

	private Instant wallTimeAt(long nanos) {
		return this.time.wallTime().minusNanos(this.time.nanoTime() - nanos).truncatedTo(ChronoUnit.MILLIS);
	}

}
