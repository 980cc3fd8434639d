package io.github.ratelimit.store.redis;

import io.github.ratelimit.KeyLabel;
import io.github.ratelimit.KeyPage;
import io.github.ratelimit.KeyState;
import io.github.ratelimit.Limit;
import io.github.ratelimit.StoreUnavailableException;
import io.github.ratelimit.TimeSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What people look up: never on the way of a decision, so it may take its time. */
final class Lookups {

	private static final Duration PATIENCE = Duration.ofSeconds(2);

	private final RedisScripts redis;

	private final Scripts scripts;

	private final RedisKeys names;

	private final TimeSource time;

	Lookups(RedisScripts redis, Scripts scripts, RedisKeys names, TimeSource time) {
		this.redis = redis;
		this.scripts = scripts;
		this.names = names;
		this.time = time;
	}

	Optional<KeyState> find(LevelScale scale, KnownKeys known, String keyId) {
		long asked = this.time.nanoTime();
		byte[] answer = run(this.scripts.find(), this.names.of(scale.limit().name(), keyId), scale.rates());
		return (answer.length == 0) ? Optional.empty()
				: Optional.of(read(ByteBuffer.wrap(answer), scale, keyId, known.find(keyId), asked));
	}

	boolean reset(Limit limit, KnownKeys known, String keyId) {
		byte[] answer = run(this.scripts.reset(), this.names.of(limit.name(), keyId));
		known.remove(keyId);
		return answer[0] == '1';
	}

	KeyPage keys(LevelScale scale, KnownKeys known, @Nullable String after, int size) {
		return new KeyScan(this, this.redis, this.names, scale, known.byId(), this.time).page(after, size);
	}

	/** Runs one step of a scan on the node that has a key. */
	ByteBuffer page(byte[] route, String cursor, LevelScale scale, int count) {
		return ByteBuffer
			.wrap(run(this.scripts.page(), route, RedisKeys.bytes(cursor), this.names.pattern(scale.limit().name()),
					RedisKeys.bytes(Integer.toString(count)), scale.rates()))
			.order(ByteOrder.LITTLE_ENDIAN);
	}

	private byte[] run(Script script, byte[] key, byte[]... args) {
		try {
			return this.redis.run(script, new byte[][] { key }, args).get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new StoreUnavailableException("Redis was not asked to the end: the thread was interrupted", ex);
		}
		catch (ExecutionException | TimeoutException ex) {
			throw new StoreUnavailableException("Redis cannot be asked now (" + StoreFailures.reason(ex) + ")",
					StoreFailures.cause(ex));
		}
	}

	/** Reads a state with its age and label. */
	KeyState read(ByteBuffer answer, LevelScale scale, String keyId, @Nullable KnownKey known, long askedNanos) {
		answer.order(ByteOrder.LITTLE_ENDIAN);
		long idleMicros = (long) answer.getDouble();
		SeenState state = SeenState.read(answer, scale, askedNanos, this.time.nanoTime());
		byte[] label = new byte[answer.remaining()];
		answer.get(label);
		Instant lastTaken = this.time.wallTime().minus(idleMicros, ChronoUnit.MICROS).truncatedTo(ChronoUnit.MILLIS);
		if (known == null) {
			return state(state, scale.limit(), label(keyId, label), 0, 0, lastTaken);
		}
		Instant lastSeen = wallTimeAt(known.lastSeen());
		return state(state, scale.limit(), known.label(), known.allowed(), known.denied(),
				lastSeen.isAfter(lastTaken) ? lastSeen : lastTaken);
	}

	/** Returns what this instance remembers of a key, without asking. */
	KeyState remembered(KnownKey known, LevelScale scale) {
		SeenState state = known.last();
		if (state == null || state.scale() != scale) {
			return new KeyState(known.label(), scale.limit().capacity(), scale.limit().capacity(), Duration.ZERO,
					known.allowed(), known.denied(), wallTimeAt(known.lastSeen()));
		}
		return state(state, scale.limit(), known.label(), known.allowed(), known.denied(),
				wallTimeAt(known.lastSeen()));
	}

	private KeyState state(SeenState state, Limit limit, KeyLabel label, long allowed, long denied, Instant lastSeen) {
		long elapsed = TimeUnit.NANOSECONDS.toMicros(this.time.nanoTime() - state.askedNanos());
		int nearest = state.nearest(elapsed);
		return new KeyState(label, limit.rates().get(nearest).burst(), Math.max(0, state.remaining(nearest, elapsed)),
				Duration.ofNanos(state.nanosToFull(elapsed)), allowed, denied, lastSeen);
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
