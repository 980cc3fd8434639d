/**
 * The application's own CORS processing, which refusals and preflight requests are asked
 * about.
 */
@NullMarked
package io.github.ratelimit.web.cors;

import org.jspecify.annotations.NullMarked;
