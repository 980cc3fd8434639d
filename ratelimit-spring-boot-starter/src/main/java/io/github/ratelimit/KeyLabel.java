package io.github.ratelimit;

/**
 * What may be shown of a key: enough to name it and to tell people whose it is, never the
 * text itself.
 *
 * @param id the key's {@link Key#id() id}
 * @param kind what kind of thing the text is; {@code unknown} where the store has only
 * the id
 * @param masked the text, {@link Key#masked() masked}
 */
public record KeyLabel(String id, String kind, String masked) {
}
