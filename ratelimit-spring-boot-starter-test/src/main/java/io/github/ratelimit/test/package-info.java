/**
 * Support for tests of applications that use the starter: time turned by hand, limits
 * that are full before each test method, and assertions.
 */
@NullMarked
package io.github.ratelimit.test;

import org.jspecify.annotations.NullMarked;
