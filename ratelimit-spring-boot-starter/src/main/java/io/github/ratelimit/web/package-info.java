/**
 * The servlet side: which rules match, the client's address, headers, bodies.
 */
@NullMarked
package io.github.ratelimit.web;

import org.jspecify.annotations.NullMarked;
