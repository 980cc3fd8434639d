/**
 * The servlet filter: decides over a request, and ends what it holds with its response.
 */
@NullMarked
package io.github.ratelimit.web.filter;

import org.jspecify.annotations.NullMarked;
