/**
 * The rules: which paths and methods are limited, by which limits, and which rules apply
 * to the same requests.
 */
@NullMarked
package io.github.ratelimit.web.path;

import org.jspecify.annotations.NullMarked;
