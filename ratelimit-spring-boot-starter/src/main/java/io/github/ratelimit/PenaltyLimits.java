package io.github.ratelimit;

/**
 * The limits that a store keeps for a penalty.
 *
 * @param denials counts the refusals of a key: its last permit begins the ban
 * @param ban a banned key lacks its only permit until the ban is over
 */
record PenaltyLimits(Limit denials, Limit ban) {
}
