package io.github.ratelimit.store.redis.script;

import io.github.ratelimit.Key;
import java.nio.charset.StandardCharsets;
import org.springframework.data.redis.connection.ClusterSlotHashUtil;

/**
 * The names of states in Redis: {@code ratelimit:1:chat:{k_0123…}}. Prefix, version of
 * the format, limit, and the {@linkplain Key#id() id} of the caller's key, which does not
 * tell the key. The braces make a cluster keep all limits of one caller in one slot, so
 * that they are one call.
 */
public final class RedisKeyNames {

	/** States of another version have other names: versions never misread each other. */
	private static final String VERSION = "1";

	private final String prefix;

	public RedisKeyNames(String prefix) {
		this.prefix = prefix + ":" + VERSION + ":";
	}

	public byte[] of(String limit, String keyId) {
		return bytes(this.prefix + limit + ":{" + keyId + "}");
	}

	/** Returns the name of a bucket of Bucket4j; no limit is called so. */
	public byte[] ofBucket(String key) {
		return bytes(this.prefix + "#bucket:" + key);
	}

	/** Returns what a scan finds all keys of a limit with. */
	public byte[] pattern(String limit) {
		StringBuilder pattern = new StringBuilder();
		for (char c : (this.prefix + limit).toCharArray()) {
			if ("*?[]\\^".indexOf(c) >= 0) {
				pattern.append('\\');
			}
			pattern.append(c);
		}
		return bytes(pattern + ":{k_*}");
	}

	/** Returns the id within a name. */
	public static String keyId(byte[] name) {
		String text = text(name);
		return text.substring(text.lastIndexOf('{') + 1, text.length() - 1);
	}

	/** Returns a key in the same slot as a state's, of no limit. */
	public byte[] probe(byte[] name) {
		return bytes(this.prefix + "#probe:{" + keyId(name) + "}");
	}

	/** Returns what remembers the last charge of an instance to a state, in its slot. */
	public byte[] charged(byte[] name, String instance) {
		return bytes(this.prefix + "#charged:" + instance + ":" + text(name).substring(this.prefix.length()));
	}

	/** Returns where instances tell that they are there; in one slot with its probe. */
	public byte[] instances() {
		return bytes(this.prefix + "#instances:{instances}");
	}

	/** Returns where instances say what their configurations are. */
	public byte[] configurations() {
		return bytes(this.prefix + "#configurations:{configurations}");
	}

	/** Returns a name for people. */
	public static String text(byte[] name) {
		return new String(name, StandardCharsets.UTF_8);
	}

	public static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * Returns a key of no limit that leads to a slot, or any where there are no slots.
	 */
	public byte[] route(int slot, boolean cluster) {
		for (int i = 0;; i++) {
			byte[] name = bytes(this.prefix + "#route:{" + i + "}");
			if (!cluster || ClusterSlotHashUtil.calculateSlot(name) == slot) {
				return name;
			}
		}
	}

}
