/** What native images need to know of the starter, other than of limited methods. */
@NullMarked
package io.github.ratelimit.autoconfigure.aot;

import org.jspecify.annotations.NullMarked;
