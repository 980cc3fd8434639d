/**
 * The adapters to Spring Security: the authenticated user and the claims of its token.
 */
@NullMarked
package io.github.ratelimit.web.security;

import org.jspecify.annotations.NullMarked;
