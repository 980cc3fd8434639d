package io.github.ratelimit.store.redis.script;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import org.springframework.core.io.ClassPathResource;
import org.springframework.data.redis.core.script.DigestUtils;

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
		this.sha1 = DigestUtils.sha1DigestAsHex(text);
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
		try {
			return new ClassPathResource(file, LuaScript.class).getContentAsString(StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The script " + file + " cannot be read", ex);
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
