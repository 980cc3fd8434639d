/**
 * The life of a call that is no request: how it waits for permits without a thread, and
 * what is settled and released at the end of its future, publisher or flow.
 */
@NullMarked
package io.github.ratelimit.call;

import org.jspecify.annotations.NullMarked;
