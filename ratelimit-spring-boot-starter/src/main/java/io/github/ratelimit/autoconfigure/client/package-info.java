/** Auto-configuration of calls to limited APIs. */
@NullMarked
package io.github.ratelimit.autoconfigure.client;

import org.jspecify.annotations.NullMarked;
