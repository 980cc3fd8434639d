package io.github.ratelimit.actuate.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.springframework.http.MediaType;

/**
 * A file that comes with the page. Immutable.
 *
 * @param content what it contains
 * @param type the type of the content
 * @param tag tells this content from that of other versions, for HTTP caches
 */
record PageFile(byte[] content, MediaType type, String tag) {

	private static final int TAG_LENGTH = 16;

	static PageFile load(String name, String type) {
		try (InputStream resource = PageFile.class.getResourceAsStream(name)) {
			if (resource == null) {
				throw new IllegalStateException("The library has no file '" + name + "' beside " + PageFile.class
						+ ". Where the application is repackaged, keep the files below io/github/ratelimit.");
			}
			byte[] content = resource.readAllBytes();
			return new PageFile(content, MediaType.parseMediaType(type), tag(content));
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The file '" + name + "' of the library cannot be read", ex);
		}
	}

	String text() {
		return new String(this.content, StandardCharsets.UTF_8);
	}

	private static String tag(byte[] content) {
		try {
			byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
			return "\"" + HexFormat.of().formatHex(digest, 0, TAG_LENGTH) + "\"";
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every JDK has SHA-256", ex);
		}
	}

}
