package io.github.ratelimit;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The identity for which permits are counted: a text, and the kind of the text. Keys of
 * different kinds are different even if their texts are equal, so a user named
 * {@code 127.0.0.1} does not share the permits of that address, nor a header's claim
 * those of an authenticated user.
 * <p>
 * Texts longer than 128 characters are replaced by their SHA-256, so that no caller
 * decides how much memory a key takes. A key's text may be a secret: it appears neither
 * in {@link #toString()} nor in {@link #id()}.
 */
public abstract sealed class Key {

	/** The kind of the one key that all callers share. */
	public static final String GLOBAL_KIND = "global";

	/** The kind of a client's address. */
	public static final String ADDRESS_KIND = "ip";

	/** The kind of an authenticated user's name. */
	public static final String USER_KIND = "user";

	/**
	 * The kind of a value from a request or a method call: headers, cookies, parameters,
	 * arguments, and texts given by the application's own code.
	 */
	public static final String VALUE_KIND = "value";

	/** The one key that all callers share. */
	public static final Key GLOBAL = new OfKind(GLOBAL_KIND, "");

	private static final int MAX_TEXT_LENGTH = 128;

	private static final int ID_LENGTH = 34;

	private static final char HASHED = '#';

	private final String text;

	private Key(String text) {
		this.text = text;
	}

	/**
	 * Returns the key of a value from a request, a method call or the application.
	 * @param text the text, not empty
	 * @return a key of the kind {@link #VALUE_KIND}
	 * @throws IllegalArgumentException if the text is empty
	 */
	public static Key of(String text) {
		return of(VALUE_KIND, text);
	}

	/**
	 * Returns the key of a text of a certain kind.
	 * @param kind the kind of the text; from the application, never from a request
	 * @param text the text, not empty
	 * @return the key
	 * @throws IllegalArgumentException if the text is empty
	 */
	public static Key of(String kind, String text) {
		Objects.requireNonNull(kind, "kind");
		if (text.isEmpty()) {
			throw new IllegalArgumentException("A key of kind '" + kind
					+ "' has an empty text. Where there is no value there is no key: choose what to do then.");
		}
		if (text.length() > MAX_TEXT_LENGTH) {
			return new OfKind(kind + HASHED, HexFormat.of().formatHex(sha256(text)));
		}
		return kind.equals(VALUE_KIND) ? new OfValue(text) : new OfKind(kind, text);
	}

	/**
	 * Returns a key made of several parts. The parts keep their kinds and lengths, so two
	 * different sequences of parts never make the same key.
	 * @param parts the parts, at least one
	 * @return the only part itself, or a key of them all
	 * @throws IllegalArgumentException if there is no part
	 */
	public static Key composed(List<Key> parts) {
		if (parts.isEmpty()) {
			throw new IllegalArgumentException("A composed key has no parts. Give it at least one.");
		}
		if (parts.size() == 1) {
			return parts.get(0);
		}
		if (parts.size() == 2) {
			Key one = parts.get(0);
			Key two = parts.get(1);
			return of(one.kindAsPart() + "+" + two.kindAsPart(),
					one.text.length() + ":" + one.text + two.text.length() + ":" + two.text);
		}
		StringBuilder kinds = new StringBuilder();
		StringBuilder texts = new StringBuilder();
		for (Key part : parts) {
			kinds.append(kinds.isEmpty() ? "" : "+").append(part.kindAsPart());
			texts.append(part.text.length()).append(':').append(part.text);
		}
		return of(kinds.toString(), texts.toString());
	}

	private String kindAsPart() {
		return (kind().indexOf('+') >= 0) ? kind().length() + ":" + kind() : kind();
	}

	/**
	 * Returns the kind of the text.
	 * @return the kind, for example {@code ip}
	 */
	public abstract String kind();

	/**
	 * Returns the text itself, which may be a secret: for stores only, never for output.
	 * @return the text, or its SHA-256 in hexadecimal if it was too long
	 */
	public final String text() {
		return this.text;
	}

	/**
	 * Returns a name for this key that is stable over restarts and instances, safe in a
	 * path and does not reveal the text: {@code k_} and 128 bits of a SHA-256 over kind
	 * and text, in hexadecimal.
	 * @return the id
	 */
	public final String id() {
		byte[] digest = sha256(kind().length() + ":" + kind() + this.text);
		return "k_" + HexFormat.of().formatHex(digest, 0, 16);
	}

	/**
	 * Returns whether a text has the form of an {@link #id()}.
	 * @param text any text
	 * @return whether it can be the id of a key
	 */
	public static boolean isId(String text) {
		return text.length() == ID_LENGTH && text.startsWith("k_")
				&& text.chars().skip(2).allMatch((c) -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
	}

	/**
	 * Returns the masked text for output: a few characters of it, the rest masked, only
	 * printable ASCII.
	 * @return for example {@code sk-1***f3}
	 */
	public final String masked() {
		if (kind().equals(GLOBAL_KIND)) {
			return GLOBAL_KIND;
		}
		int length = this.text.length();
		int head = Math.min(4, length / 4);
		int tail = (length >= 12) ? 2 : 0;
		StringBuilder masked = new StringBuilder(head + 3 + tail);
		appendPrintable(masked, 0, head);
		masked.append("***");
		appendPrintable(masked, length - tail, length);
		return masked.toString();
	}

	/**
	 * Returns the text for people who may see who calls: addresses and names of users as
	 * they are, but for control characters; all else masked. The parts of a composed key
	 * are separated.
	 * @return for example {@code 192.0.2.7}, or {@code alice + sk-1***f3}
	 */
	public final String revealed() {
		String kind = kind();
		if (kind.equals(ADDRESS_KIND) || kind.equals(USER_KIND)) {
			return this.text.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?");
		}
		List<Key> parts = (kind.indexOf('+') < 0 || kind.indexOf(HASHED) >= 0) ? List.of()
				: KeyParts.of(kind, this.text);
		return parts.isEmpty() ? masked() : parts.stream().map(Key::revealed).collect(Collectors.joining(" + "));
	}

	private void appendPrintable(StringBuilder to, int from, int end) {
		for (int i = from; i < end; i++) {
			char c = this.text.charAt(i);
			to.append((c > ' ' && c < 0x7F && c != '"' && c != '\\') ? c : '?');
		}
	}

	/**
	 * Returns the part of this key that may be shown.
	 * @return id, kind and masked text
	 */
	public final KeyLabel label() {
		return new KeyLabel(id(), kind(), masked());
	}

	@Override
	public final boolean equals(Object other) {
		return this == other
				|| (other instanceof Key that && this.text.equals(that.text) && kind().equals(that.kind()));
	}

	@Override
	public final int hashCode() {
		return 31 * this.text.hashCode() + kind().hashCode();
	}

	/**
	 * Returns kind and masked text.
	 * @return for example {@code value:sk-1***f3}
	 */
	@Override
	public final String toString() {
		return kind() + ":" + masked();
	}

	/**
	 * Hashes the characters as they are, since no character set can encode all of them.
	 */
	private static byte[] sha256(String text) {
		ByteBuffer bytes = ByteBuffer.allocate(Character.BYTES * text.length());
		bytes.asCharBuffer().put(text);
		try {
			return MessageDigest.getInstance("SHA-256").digest(bytes.array());
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every JDK has SHA-256", ex);
		}
	}

	/**
	 * Without a field for its kind. It has an order without a meaning, as {@link OfKind}:
	 * hash tables search fast among keys whose hashes an attacker has made equal only if
	 * the class of the keys is comparable with just itself.
	 */
	private static final class OfValue extends Key implements Comparable<OfValue> {

		OfValue(String text) {
			super(text);
		}

		@Override
		public String kind() {
			return VALUE_KIND;
		}

		@Override
		public int compareTo(OfValue other) {
			return text().compareTo(other.text());
		}

	}

	/** The key of another text than a value. */
	private static final class OfKind extends Key implements Comparable<OfKind> {

		private final String kind;

		OfKind(String kind, String text) {
			super(text);
			this.kind = kind;
		}

		@Override
		public String kind() {
			return this.kind;
		}

		@Override
		public int compareTo(OfKind other) {
			int byText = text().compareTo(other.text());
			return (byText != 0) ? byText : this.kind.compareTo(other.kind);
		}

	}

}
