/**
 * The rules: which paths and methods are limited, by which limits, and warnings of rules
 * that match none of the paths that the application serves.
 */
@NullMarked
package io.github.ratelimit.web.path;

import org.jspecify.annotations.NullMarked;
