package io.github.ratelimit;

/**
 * The limits by which the refusals and the bans of another limit are counted.
 *
 * @param refusals counts the refusals of a key
 * @param bans has one permit for each key: a key without it is banned
 */
record PenaltyHandles(LimitHandle refusals, LimitHandle bans) {
}
