/**
 * What an allowed call holds of its limits, how it is settled and how it ends, and the
 * port to the request that several calls belong to.
 */
@NullMarked
package io.github.ratelimit.permit;

import org.jspecify.annotations.NullMarked;
