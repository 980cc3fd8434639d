/**
 * The port to the stores: charges, decisions about them, the state of keys, and the
 * bounded table of blocked keys, such as banned ones, which every store has. It depends
 * on no technology; the packages below do.
 */
@NullMarked
package io.github.ratelimit.store;

import org.jspecify.annotations.NullMarked;
