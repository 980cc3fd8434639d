/**
 * What limits may look at in a servlet request: its client's address, its path, its
 * headers, its user.
 */
@NullMarked
package io.github.ratelimit.web.request;

import org.jspecify.annotations.NullMarked;
