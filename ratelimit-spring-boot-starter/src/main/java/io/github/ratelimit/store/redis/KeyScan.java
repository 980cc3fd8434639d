package io.github.ratelimit.store.redis;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.KeyPage;
import io.github.ratelimit.store.KeyState;
import io.github.ratelimit.store.redis.client.ScriptClient;
import io.github.ratelimit.store.redis.local.RememberedKey;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Pages over the keys of a limit by Redis's own SCAN, node by node. A page's {@code next}
 * is a place in it: node, cursor, and how many keys of that step were shown. As SCAN
 * promises: every key that is there all the time is shown; one that comes or goes
 * meanwhile may be, and rarely one is shown twice.
 */
final class KeyScan {

	/**
	 * What one step looks at: keys of all limits and of the application are among them.
	 */
	private static final int COUNT = 1000;

	/** After so many steps without a key a page ends empty, but for its next. */
	private static final int MOST_STEPS = 1000;

	private static final Pattern PLACE = Pattern.compile("(\\d{1,5})-(\\d{1,20})-(\\d{1,9})");

	private final KeyLookups lookups;

	private final ScriptClient redis;

	private final RedisKeyNames names;

	private final LimitEncoding encoding;

	private final Map<String, RememberedKey> known;

	private final TimeSource time;

	KeyScan(KeyLookups lookups, ScriptClient redis, RedisKeyNames names, LimitEncoding encoding,
			Map<String, RememberedKey> known, TimeSource time) {
		this.lookups = lookups;
		this.redis = redis;
		this.names = names;
		this.encoding = encoding;
		this.known = known;
		this.time = time;
	}

	KeyPage page(@Nullable String after, int size) {
		List<Integer> slots = this.redis.slots();
		Place place = (after != null) ? place(after) : new Place(0, "0", 0);
		List<KeyState> keys = new ArrayList<>();
		for (int step = 0; step < MOST_STEPS && place.node() < slots.size(); step++) {
			long asked = this.time.nanoTime();
			ByteBuffer answer = this.lookups.page(this.names.route(slots.get(place.node()), this.redis.isCluster()),
					place.cursor(), this.encoding, COUNT);
			String cursor = new String(next(answer), StandardCharsets.US_ASCII);
			int shown = 0;
			while (answer.hasRemaining()) {
				String keyId = RedisKeyNames.keyId(next(answer));
				byte[] state = next(answer);
				if (++shown > place.shown()) {
					if (keys.size() == size) {
						return new KeyPage(keys, new Place(place.node(), place.cursor(), shown - 1).toString());
					}
					keys.add(this.lookups.read(ByteBuffer.wrap(state), this.encoding, keyId, this.known.get(keyId),
							asked));
				}
			}
			place = cursor.equals("0") ? new Place(place.node() + 1, "0", 0) : new Place(place.node(), cursor, 0);
		}
		return new KeyPage(keys, (place.node() < slots.size()) ? place.toString() : null);
	}

	private static byte[] next(ByteBuffer answer) {
		byte[] part = new byte[answer.getInt()];
		answer.get(part);
		return part;
	}

	private static Place place(String after) {
		Matcher matcher = PLACE.matcher(after);
		if (!matcher.matches()) {
			throw new IllegalArgumentException(
					"No page of keys ends at what is given as 'after'. Pass the 'next' of the page before.");
		}
		return new Place(Integer.parseInt(matcher.group(1)), matcher.group(2), Integer.parseInt(matcher.group(3)));
	}

	/**
	 * A place in the scan.
	 *
	 * @param node which of the nodes
	 * @param cursor the step's cursor
	 * @param shown how many keys of the step were shown already
	 */
	private record Place(int node, String cursor, int shown) {

		@Override
		public String toString() {
			return this.node + "-" + this.cursor + "-" + this.shown;
		}

	}

}
