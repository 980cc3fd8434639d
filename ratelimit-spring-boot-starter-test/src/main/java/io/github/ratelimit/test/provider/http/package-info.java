/**
 * A small HTTP/1.1 server on one thread, which can do what a server must not: keep a
 * client waiting, drop a connection in the middle. For this module alone.
 */
@NullMarked
package io.github.ratelimit.test.provider.http;

import org.jspecify.annotations.NullMarked;
