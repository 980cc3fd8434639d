package io.github.ratelimit.store.redis.server;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of a server.
 *
 * @param major the first number
 * @param minor the second number
 * @param patch the third number
 */
public record RedisVersion(int major, int minor, int patch) {

	private static final Pattern OUTPUT = Pattern.compile("\\bv=(\\d+)\\.(\\d+)\\.(\\d+)");

	/** Reads what {@code redis-server --version} prints. */
	static RedisVersion of(String output) {
		Matcher matcher = OUTPUT.matcher(output);
		if (!matcher.find()) {
			throw new IllegalArgumentException("no version in its answer to --version: " + output.strip());
		}
		return new RedisVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)),
				Integer.parseInt(matcher.group(3)));
	}

	/** Returns whether it is this version or a later one. */
	public boolean atLeast(int major, int minor) {
		return this.major > major || (this.major == major && this.minor >= minor);
	}

	@Override
	public String toString() {
		return this.major + "." + this.minor + "." + this.patch;
	}

}
