/**
 * The facts of a servlet request from which keys and conditions are computed: its
 * client's IP address, its query parameters, headers, cookies and user.
 */
@NullMarked
package io.github.ratelimit.web.request;

import org.jspecify.annotations.NullMarked;
