/**
 * What an allowed call holds of its limits and passes on to the calls that it makes, how
 * it is settled and how it ends. The permit of a request also keeps the charges of the
 * limited calls within the request.
 */
@NullMarked
package io.github.ratelimit.permit;

import org.jspecify.annotations.NullMarked;
