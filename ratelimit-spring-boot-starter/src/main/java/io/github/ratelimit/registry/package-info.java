/**
 * The limits of an application: their settings, which can change while it runs, the
 * handles that calls are charged by, and what has been counted about them.
 */
@NullMarked
package io.github.ratelimit.registry;

import org.jspecify.annotations.NullMarked;
