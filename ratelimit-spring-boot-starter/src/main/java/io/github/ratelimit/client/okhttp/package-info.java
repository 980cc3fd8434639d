/** The adapter of OkHttp. */
@NullMarked
package io.github.ratelimit.client.okhttp;

import org.jspecify.annotations.NullMarked;
