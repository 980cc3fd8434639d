package io.github.ratelimit;

/**
 * One of the places where a limit's keys come from.
 *
 * @param expression as it was configured, for people, for example
 * {@code header('X-API-Key')}
 * @param kind the {@link Key#kind() kind} of the keys that it makes
 */
public record KeySource(String expression, String kind) {
}
