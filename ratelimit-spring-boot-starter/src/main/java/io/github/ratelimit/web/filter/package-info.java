/**
 * The servlet filter: decides over a request, and settles and releases what it holds when
 * its response is complete, also if it is asynchronous or its client disconnects.
 */
@NullMarked
package io.github.ratelimit.web.filter;

import org.jspecify.annotations.NullMarked;
