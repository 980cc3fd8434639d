package io.github.ratelimit;

/**
 * The part of a key that may be shown: enough to identify it, but never the text itself.
 *
 * @param id the key's {@link Key#id() id}
 * @param kind the kind of the text; {@code unknown} if the store has only the id
 * @param masked the text, {@link Key#masked() masked}
 */
public record KeyLabel(String id, String kind, String masked) {
}
