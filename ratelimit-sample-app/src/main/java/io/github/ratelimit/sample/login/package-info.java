/**
 * A login for one demo user.
 */
@NullMarked
package io.github.ratelimit.sample.login;

import org.jspecify.annotations.NullMarked;
