package io.github.ratelimit.store.redis.script;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.core.io.ClassPathResource;
import org.springframework.data.redis.core.script.DigestUtils;

/**
 * A script that Redis runs atomically, and its hash in Redis. Scripts return one string
 * of bytes, the only type that every client passes on unchanged.
 *
 * @param name what errors and logs call it
 * @param text the text; must not be changed
 * @param sha1 the hash of the text
 */
public record LuaScript(String name, byte[] text, String sha1) {

	/**
	 * Reads a script.
	 * @param edit changes the text, for tests that control the time
	 * @param parts the files that it is made of, without their extension; the last one
	 * names it
	 */
	public static LuaScript of(UnaryOperator<String> edit, String... parts) {
		String text = edit.apply(Stream.of(parts).map((part) -> read(part + ".lua")).collect(Collectors.joining()));
		return new LuaScript(parts[parts.length - 1], text.getBytes(StandardCharsets.UTF_8),
				DigestUtils.sha1DigestAsHex(text));
	}

	private static String read(String file) {
		try {
			return new ClassPathResource(file, LuaScript.class).getContentAsString(StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The script " + file + " cannot be read", ex);
		}
	}

}
