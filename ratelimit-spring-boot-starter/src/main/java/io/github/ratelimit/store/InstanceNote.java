package io.github.ratelimit.store;

/**
 * What an instance has left for the others.
 *
 * @param instance the name under which it was left
 * @param ageNanos how long ago that was
 * @param note the note
 */
@SuppressWarnings("ArrayRecordComponent")
public record InstanceNote(String instance, long ageNanos, byte[] note) {
}
