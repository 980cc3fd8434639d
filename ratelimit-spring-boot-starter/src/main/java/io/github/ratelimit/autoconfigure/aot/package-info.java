/** What native images need to know of the starter. */
@NullMarked
package io.github.ratelimit.autoconfigure.aot;

import org.jspecify.annotations.NullMarked;
