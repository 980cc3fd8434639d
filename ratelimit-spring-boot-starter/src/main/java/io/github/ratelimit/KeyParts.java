package io.github.ratelimit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes a composed key apart: the reverse of {@link Key#composed}. */
final class KeyParts {

	private String kinds;

	private String texts;

	private KeyParts(String kinds, String texts) {
		this.kinds = kinds;
		this.texts = texts;
	}

	/**
	 * Returns the parts of a composed key.
	 * @param kinds the key's kind
	 * @param texts the key's text
	 * @return its parts, empty if kind and text are not those of a composed key
	 */
	static List<Key> of(String kinds, String texts) {
		return new KeyParts(kinds, texts).all();
	}

	private List<Key> all() {
		List<Key> parts = new ArrayList<>();
		try {
			while (!this.kinds.isEmpty() && !this.texts.isEmpty()) {
				Key part = part(nextKind(), nextText());
				if (part == null) {
					return List.of();
				}
				parts.add(part);
			}
		}
		catch (NumberFormatException | IndexOutOfBoundsException ex) {
			return List.of();
		}
		return (this.kinds.isEmpty() && this.texts.isEmpty()) ? parts : List.of();
	}

	/** Returns null for what no key is: only that of all callers has an empty text. */
	private static @Nullable Key part(String kind, String text) {
		if (text.isEmpty()) {
			return kind.equals(Key.GLOBAL_KIND) ? Key.GLOBAL : null;
		}
		return Key.of(kind, text);
	}

	/** A kind that is composed itself is written with its length. */
	private String nextKind() {
		int end;
		int start = 0;
		if (Character.isDigit(this.kinds.charAt(0))) {
			start = this.kinds.indexOf(':') + 1;
			end = start + Integer.parseInt(this.kinds, 0, start - 1, 10);
		}
		else {
			int plus = this.kinds.indexOf('+');
			end = (plus < 0) ? this.kinds.length() : plus;
		}
		String kind = this.kinds.substring(start, end);
		this.kinds = (end == this.kinds.length()) ? "" : this.kinds.substring(end + 1);
		return kind;
	}

	private String nextText() {
		int start = this.texts.indexOf(':') + 1;
		int end = start + Integer.parseInt(this.texts, 0, start - 1, 10);
		String text = this.texts.substring(start, end);
		this.texts = this.texts.substring(end);
		return text;
	}

}
