/**
 * Reading and writing JSON, for this module alone: it brings no library along.
 */
@NullMarked
package io.github.ratelimit.test.provider.json;

import org.jspecify.annotations.NullMarked;
