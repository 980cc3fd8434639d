/**
 * The facts of a servlet request for limits: its client's address, its path, its headers,
 * its user.
 */
@NullMarked
package io.github.ratelimit.web.request;

import org.jspecify.annotations.NullMarked;
