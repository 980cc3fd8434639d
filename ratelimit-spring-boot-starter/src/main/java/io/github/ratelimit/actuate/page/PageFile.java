package io.github.ratelimit.actuate.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.springframework.http.MediaType;

/** A file that comes with the page. Immutable. */
final class PageFile {

	private static final int TAG_LENGTH = 16;

	private final byte[] content;

	private final MediaType type;

	private final String tag;

	private PageFile(byte[] content, MediaType type) {
		this.content = content;
		this.type = type;
		this.tag = "\"" + HexFormat.of().formatHex(sha256(content), 0, TAG_LENGTH) + "\"";
	}

	static PageFile load(String name, String type) {
		try (InputStream resource = PageFile.class.getResourceAsStream(name)) {
			if (resource == null) {
				throw new IllegalStateException("The library has no file '" + name + "' beside " + PageFile.class
						+ ". Where the application is repackaged, keep the files below io/github/ratelimit.");
			}
			return new PageFile(resource.readAllBytes(), MediaType.parseMediaType(type));
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The file '" + name + "' of the library cannot be read", ex);
		}
	}

	byte[] content() {
		return this.content;
	}

	String text() {
		return new String(this.content, StandardCharsets.UTF_8);
	}

	MediaType type() {
		return this.type;
	}

	/** Returns what tells this content from that of other versions, for HTTP caches. */
	String tag() {
		return this.tag;
	}

	private static byte[] sha256(byte[] content) {
		try {
			return MessageDigest.getInstance("SHA-256").digest(content);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every JDK has SHA-256", ex);
		}
	}

}
