package io.github.ratelimit.store.redis.script;

import io.github.ratelimit.Key;
import java.nio.charset.StandardCharsets;
import org.springframework.data.redis.connection.ClusterSlotHashUtil;

/**
 * The names of states in Redis: {@code ratelimit:1:chat:{k_0123…}}. They consist of
 * prefix, version of the format, limit, and the {@linkplain Key#id() id} of the caller's
 * key, which does not reveal the key. Because of the braces, a cluster keeps all limits
 * of one caller in one slot, so that they are one call.
 */
public final class RedisKeyNames {

	/**
	 * States of another version have other names, so that versions never misread each
	 * other.
	 */
	private static final String VERSION = "1";

	private final String prefix;

	public RedisKeyNames(String prefix) {
		this.prefix = prefix + ":" + VERSION + ":";
	}

	public byte[] of(String limit, String keyId) {
		return bytes(this.prefix + limit + ":{" + keyId + "}");
	}

	/** Returns the name of a bucket of Bucket4j, which no limit can have. */
	public byte[] ofBucket(String key) {
		return bytes(this.prefix + "#bucket:" + key);
	}

	/** Returns where instances leave notes for each other; no limit is called so. */
	public byte[] notes(String subject, String keyId) {
		return bytes(this.prefix + "#notes:" + subject + ":{" + keyId + "}");
	}

	/** Returns what a scan finds all keys of a limit with. */
	public byte[] pattern(String limit) {
		String escaped = (this.prefix + limit).replaceAll("[*?\\[\\]\\\\^]", "\\\\$0");
		return bytes(escaped + ":{k_*}");
	}

	/** Returns the id within a name. */
	public static String keyId(byte[] name) {
		String text = text(name);
		return text.substring(text.lastIndexOf('{') + 1, text.length() - 1);
	}

	/** Returns a key of no limit in the slot of a state. */
	public byte[] probe(byte[] name) {
		return bytes(this.prefix + "#probe:{" + keyId(name) + "}");
	}

	/**
	 * Returns the key of an instance's last charge to a state, in the slot of the state.
	 */
	public byte[] charged(byte[] name, String instance) {
		return bytes(this.prefix + "#charged:" + instance + ":" + text(name).substring(this.prefix.length()));
	}

	/** Returns the key in which instances register, in the slot of its probe. */
	public byte[] instances() {
		return bytes(this.prefix + "#instances:{instances}");
	}

	/** Returns the key in which instances publish their configurations. */
	public byte[] configurations() {
		return bytes(this.prefix + "#configurations:{configurations}");
	}

	/** Returns where the settings are that were changed while instances run. */
	public byte[] changes() {
		return bytes(this.prefix + "#changes:{changes}");
	}

	/** Returns where instances say which of these changes they need; in the same slot. */
	public byte[] neededChanges() {
		return bytes(this.prefix + "#needed:{changes}");
	}

	/** Returns a name as text for logs. */
	public static String text(byte[] name) {
		return new String(name, StandardCharsets.UTF_8);
	}

	public static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * Returns a key of no limit in this slot, or any without a cluster.
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
