/**
 * The answers to GraphQL clients.
 */
@NullMarked
package io.github.ratelimit.web.graphql;

import org.jspecify.annotations.NullMarked;
