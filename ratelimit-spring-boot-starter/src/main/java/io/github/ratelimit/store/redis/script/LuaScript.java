package io.github.ratelimit.store.redis.script;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.UnaryOperator;

/**
 * A script that Redis runs atomically, and its hash in Redis. Scripts return one string
 * of bytes, the only type that every client passes on unchanged.
 */
public final class LuaScript {

	private final String name;

	private final byte[] text;

	private final String sha1;

	private LuaScript(String name, String text) {
		this.name = name;
		this.text = text.getBytes(StandardCharsets.UTF_8);
		this.sha1 = HexFormat.of().formatHex(sha1(this.text));
	}

	/**
	 * Reads a script.
	 * @param edit changes the text, for tests that control the time
	 * @param parts the files that it is made of, without their extension; the last one
	 * names it
	 */
	public static LuaScript of(UnaryOperator<String> edit, String... parts) {
		StringBuilder text = new StringBuilder();
		for (String part : parts) {
			text.append(read(part + ".lua"));
		}
		return new LuaScript(parts[parts.length - 1], edit.apply(text.toString()));
	}

	private static String read(String file) {
		try (InputStream in = LuaScript.class.getResourceAsStream(file)) {
			if (in == null) {
				throw new IllegalStateException("The script " + file + " is missing in the library's jar");
			}
			return new String(in.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The script " + file + " cannot be read", ex);
		}
	}

	private static byte[] sha1(byte[] text) {
		try {
			return MessageDigest.getInstance("SHA-1").digest(text);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every JDK has SHA-1", ex);
		}
	}

	/** Returns the text; must not be changed. */
	public byte[] text() {
		return this.text;
	}

	public String sha1() {
		return this.sha1;
	}

	@Override
	public String toString() {
		return this.name;
	}

}
