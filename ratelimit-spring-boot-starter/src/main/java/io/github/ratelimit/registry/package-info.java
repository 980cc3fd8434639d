/**
 * The limits of an application: their settings, which can change while it runs, the
 * handles that charges refer to, and their statistics, which determine what counts as
 * allowed or denied, in total and for each key.
 */
@NullMarked
package io.github.ratelimit.registry;

import org.jspecify.annotations.NullMarked;
