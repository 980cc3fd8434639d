/**
 * The rules: which paths and methods are limited by what.
 */
@NullMarked
package io.github.ratelimit.web.path;

import org.jspecify.annotations.NullMarked;
