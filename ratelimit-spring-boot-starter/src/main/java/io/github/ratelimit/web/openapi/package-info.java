/**
 * What descriptions of an API tell of limits.
 */
@NullMarked
package io.github.ratelimit.web.openapi;

import org.jspecify.annotations.NullMarked;
