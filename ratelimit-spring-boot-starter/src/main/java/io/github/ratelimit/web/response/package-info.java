/**
 * The responses to HTTP clients: the headers of limited calls and the answers of refused
 * ones.
 */
@NullMarked
package io.github.ratelimit.web.response;

import org.jspecify.annotations.NullMarked;
