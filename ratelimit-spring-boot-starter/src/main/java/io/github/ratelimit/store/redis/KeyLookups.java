package io.github.ratelimit.store.redis;

import io.github.ratelimit.Key;
import io.github.ratelimit.KeyLabel;
import io.github.ratelimit.store.KeyPage;
import io.github.ratelimit.store.KeyState;
import io.github.ratelimit.store.redis.client.RedisAccess;
import io.github.ratelimit.store.redis.local.DebtLedger;
import io.github.ratelimit.store.redis.local.RedisLimits;
import io.github.ratelimit.store.redis.local.RememberedKey;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.LuaScript;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import io.github.ratelimit.store.redis.script.Snapshot;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Looks up keys for the endpoint: never part of a decision, so it may take longer.
 *
 * @param redis where they are
 * @param debts what a reset forgives
 */
record KeyLookups(RedisAccess redis, DebtLedger debts) {

	/**
	 * The number of keys that one step reads, among them those of other limits and of the
	 * application.
	 */
	private static final byte[] AT_A_TIME = RedisKeyNames.bytes("1000");

	/** After this many steps without a key, a page ends empty, with a {@code next}. */
	private static final int MOST_STEPS = 1000;

	private static final Pattern POSITION = Pattern.compile("(\\d{1,5})-(\\d{1,20})-(\\d{1,9})");

	Optional<KeyState> find(RedisLimits.CountedLimit limit, String keyId) {
		LimitEncoding encoding = limit.encoding();
		long asked = this.redis.now();
		byte[] state = run(this.redis.scripts().find(), limit.keys().name(keyId), encoding.encode(0));
		return (state.length == 0) ? Optional.empty() : Optional.of(read(new Found(keyId, state, asked), limit));
	}

	boolean reset(RedisLimits.CountedLimit limit, String keyId) {
		byte[] name = limit.keys().name(keyId);
		this.debts.hold(name, true);
		try {
			byte[] answer = run(this.redis.scripts().reset(), name);
			this.debts.forgive(name);
			limit.keys().remove(keyId, this.redis.now());
			return answer[0] == '1';
		}
		finally {
			this.debts.hold(name, false);
		}
	}

	/** Resets keys step by step, so that no step stops Redis for long. */
	long resetAll(RedisLimits.CountedLimit limit) {
		byte[] pattern = this.redis.names().pattern(limit.encoding().space());
		long reset = 0;
		for (int slot : this.redis.client().slots()) {
			byte[] route = this.redis.route(slot);
			String cursor = "0";
			do {
				byte[] answer = run(this.redis.scripts().resetPage(), route, RedisKeyNames.bytes(cursor), pattern,
						AT_A_TIME);
				reset += (long) LimitEncoding.wrap(answer).getDouble(0);
				cursor = new String(answer, Double.BYTES, answer.length - Double.BYTES, StandardCharsets.US_ASCII);
			}
			while (!cursor.equals("0"));
		}
		this.debts.forgiveAll(limit.keys());
		limit.keys().removeAll();
		return reset;
	}

	/**
	 * Pages over the keys of a limit with SCAN, node by node. The {@code next} of a page
	 * is a position in the scan: the node, its cursor, and the number of keys that were
	 * shown of the step. As with SCAN, every key that exists all the time is shown; a key
	 * that is added or expires meanwhile may be shown, and in rare cases one is shown
	 * twice.
	 */
	KeyPage keys(RedisLimits.CountedLimit limit, @Nullable String after, int size) {
		LimitEncoding encoding = limit.encoding();
		byte[] pattern = this.redis.names().pattern(encoding.space());
		List<Integer> slots = this.redis.client().slots();
		Position position = (after != null) ? position(after) : new Position(0, "0", 0);
		List<Found> keys = new ArrayList<>();
		for (int step = 0; step < MOST_STEPS && position.node() < slots.size(); step++) {
			long asked = this.redis.now();
			byte[] route = this.redis.route(slots.get(position.node()));
			ByteBuffer answer = LimitEncoding
				.wrap(run(this.redis.scripts().page(), route, RedisKeyNames.bytes(position.cursor()), pattern,
						AT_A_TIME, encoding.encode(0), RedisKeyNames.bytes(encoding.type())));
			String cursor = new String(next(answer), StandardCharsets.US_ASCII);
			int shown = 0;
			while (answer.hasRemaining()) {
				String keyId = RedisKeyNames.keyId(next(answer));
				byte[] state = next(answer);
				if (++shown > position.shown()) {
					if (keys.size() == size) {
						return new KeyPage(states(keys, limit),
								new Position(position.node(), position.cursor(), shown - 1).toString());
					}
					keys.add(new Found(keyId, state, asked));
				}
			}
			position = cursor.equals("0") ? new Position(position.node() + 1, "0", 0)
					: new Position(position.node(), cursor, 0);
		}
		return new KeyPage(states(keys, limit), (position.node() < slots.size()) ? position.toString() : null);
	}

	/** Reads the states of a page, with what is remembered of its keys. */
	private List<KeyState> states(List<Found> keys, RedisLimits.CountedLimit limit) {
		return keys.stream().map((key) -> read(key, limit)).toList();
	}

	private static byte[] next(ByteBuffer answer) {
		byte[] part = new byte[answer.getInt()];
		answer.get(part);
		return part;
	}

	private static Position position(String after) {
		Matcher matcher = POSITION.matcher(after);
		if (!matcher.matches()) {
			throw new IllegalArgumentException(
					"No page of keys ends at what is given as 'after'. Pass the 'next' of the page before.");
		}
		return new Position(Integer.parseInt(matcher.group(1)), matcher.group(2), Integer.parseInt(matcher.group(3)));
	}

	private byte[] run(LuaScript script, byte[] key, byte[]... args) {
		return this.redis.awaitPatiently(this.redis.run(script, key, args));
	}

	/** Reads a state with its age and label. */
	private KeyState read(Found key, RedisLimits.CountedLimit limit) {
		ByteBuffer answer = LimitEncoding.wrap(key.state());
		long now = this.redis.now();
		long lastTaken = now - TimeUnit.MICROSECONDS.toNanos((long) answer.getDouble());
		Snapshot state = limit.encoding().read(answer, 0, new byte[0], key.asked(), now);
		RememberedKey shown = limit.keys().get(label(key.keyId(), answer), lastTaken);
		return state(state, shown, lastTaken + Math.max(0, shown.lastSeen() - lastTaken));
	}

	/** Returns what this instance remembers of a key, without a call to Redis. */
	Optional<KeyState> lastKnown(RedisLimits.CountedLimit limit, Key key) {
		return Optional.ofNullable(limit.keys().known(key)).map((known) -> remembered(known, limit.encoding()));
	}

	private KeyState remembered(RememberedKey known, LimitEncoding encoding) {
		Snapshot state = known.last();
		long capacity = encoding.limit().capacity();
		return (state != null && state.encoding() == encoding) ? state(state, known, known.lastSeen())
				: state(known, capacity, capacity, Duration.ZERO, known.lastSeen());
	}

	private KeyState state(Snapshot state, RememberedKey shown, long lastSeen) {
		long elapsed = TimeUnit.NANOSECONDS.toMicros(this.redis.now() - state.askedNanos());
		int nearest = state.nearest(elapsed);
		return state(shown, state.encoding().limit().quota(nearest), Math.max(0, state.remaining(nearest, elapsed)),
				Duration.ofNanos(state.nanosToFull(elapsed)), lastSeen);
	}

	private KeyState state(RememberedKey shown, long limit, long remaining, Duration resetAfter, long lastSeen) {
		Instant seen = this.redis.time()
			.wallTime()
			.minusNanos(this.redis.now() - lastSeen)
			.truncatedTo(ChronoUnit.MILLIS);
		return new KeyState(shown.label(), limit, remaining, resetAfter, shown.allowed(), shown.denied(), seen,
				shown.key());
	}

	private static KeyLabel label(String keyId, ByteBuffer label) {
		String text = StandardCharsets.UTF_8.decode(label).toString();
		int colon = text.indexOf(':');
		return (colon > 0) ? new KeyLabel(keyId, text.substring(0, colon), text.substring(colon + 1))
				: new KeyLabel(keyId, "unknown", "***");
	}

	/** A key: its id, its state in Redis, and when that was asked for. */
	private record Found(String keyId, byte[] state, long asked) {
	}

	/**
	 * A position in the scan.
	 *
	 * @param node which of the nodes
	 * @param cursor the step's cursor
	 * @param shown how many keys of the step were shown already
	 */
	private record Position(int node, String cursor, int shown) {

		@Override
		public String toString() {
			return this.node + "-" + this.cursor + "-" + this.shown;
		}

	}

}
