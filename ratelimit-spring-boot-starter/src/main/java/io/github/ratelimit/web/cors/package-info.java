/**
 * The application's own CORS processing, as refusals and preflight requests use it.
 */
@NullMarked
package io.github.ratelimit.web.cors;

import org.jspecify.annotations.NullMarked;
