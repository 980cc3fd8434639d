/**
 * The limits in descriptions of an API.
 */
@NullMarked
package io.github.ratelimit.web.openapi;

import org.jspecify.annotations.NullMarked;
