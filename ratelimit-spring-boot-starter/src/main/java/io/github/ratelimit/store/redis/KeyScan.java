package io.github.ratelimit.store.redis;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.KeyPage;
import io.github.ratelimit.store.KeyState;
import io.github.ratelimit.store.redis.client.ScriptClient;
import io.github.ratelimit.store.redis.local.RememberedKey;
import io.github.ratelimit.store.redis.local.RememberedKeys;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Pages over the keys of a limit with SCAN, node by node. The {@code next} of a page is a
 * position in the scan: the node, its cursor, and the number of keys that were shown of
 * the step. As with SCAN, every key that exists all the time is shown; a key that is
 * added or expires meanwhile may be shown, and in rare cases one is shown twice.
 */
final class KeyScan {

	/**
	 * The number of keys that one step reads, among them those of other limits and of the
	 * application.
	 */
	private static final int COUNT = 1000;

	/** After this many steps without a key, a page ends empty, with a {@code next}. */
	private static final int MOST_STEPS = 1000;

	private static final Pattern POSITION = Pattern.compile("(\\d{1,5})-(\\d{1,20})-(\\d{1,9})");

	private final KeyLookups lookups;

	private final ScriptClient redis;

	private final RedisKeyNames names;

	private final LimitEncoding encoding;

	private final RememberedKeys remembered;

	private final TimeSource time;

	KeyScan(KeyLookups lookups, ScriptClient redis, RedisKeyNames names, LimitEncoding encoding,
			RememberedKeys remembered, TimeSource time) {
		this.lookups = lookups;
		this.redis = redis;
		this.names = names;
		this.encoding = encoding;
		this.remembered = remembered;
		this.time = time;
	}

	KeyPage page(@Nullable String after, int size) {
		List<Integer> slots = this.redis.slots();
		Position position = (after != null) ? position(after) : new Position(0, "0", 0);
		List<Found> keys = new ArrayList<>();
		for (int step = 0; step < MOST_STEPS && position.node() < slots.size(); step++) {
			long asked = this.time.nanoTime();
			ByteBuffer answer = this.lookups.page(this.names.route(slots.get(position.node()), this.redis.isCluster()),
					position.cursor(), this.encoding, COUNT);
			String cursor = new String(next(answer), StandardCharsets.US_ASCII);
			int shown = 0;
			while (answer.hasRemaining()) {
				String keyId = RedisKeyNames.keyId(next(answer));
				byte[] state = next(answer);
				if (++shown > position.shown()) {
					if (keys.size() == size) {
						return new KeyPage(states(keys),
								new Position(position.node(), position.cursor(), shown - 1).toString());
					}
					keys.add(new Found(keyId, state, asked));
				}
			}
			position = cursor.equals("0") ? new Position(position.node() + 1, "0", 0)
					: new Position(position.node(), cursor, 0);
		}
		return new KeyPage(states(keys), (position.node() < slots.size()) ? position.toString() : null);
	}

	/** Reads the states of a page, with what is remembered of its keys. */
	private List<KeyState> states(List<Found> keys) {
		Map<String, RememberedKey> known = this.remembered
			.byId(keys.stream().map(Found::keyId).collect(Collectors.toSet()));
		return keys.stream()
			.map((key) -> this.lookups.read(LimitEncoding.wrap(key.state()), this.encoding, key.keyId(),
					known.get(key.keyId()), key.asked()))
			.toList();
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

	/** A key of a page: its id, its state in Redis, and when that was asked for. */
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
