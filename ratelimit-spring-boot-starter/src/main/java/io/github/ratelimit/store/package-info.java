/**
 * The port to the stores: charges, decisions about them, and the state of keys. It
 * depends on no technology; the packages below do.
 */
@NullMarked
package io.github.ratelimit.store;

import org.jspecify.annotations.NullMarked;
