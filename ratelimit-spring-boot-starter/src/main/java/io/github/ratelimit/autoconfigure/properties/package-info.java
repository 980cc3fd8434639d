/**
 * The configuration: the properties under {@code ratelimit} with their defaults and
 * allowed values, the checks for unknown and misplaced ones, and the limits, clients and
 * rules that they describe.
 */
@NullMarked
package io.github.ratelimit.autoconfigure.properties;

import org.jspecify.annotations.NullMarked;
