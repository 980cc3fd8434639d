/**
 * The rules: which paths and methods are limited, and by which limits.
 */
@NullMarked
package io.github.ratelimit.web.path;

import org.jspecify.annotations.NullMarked;
