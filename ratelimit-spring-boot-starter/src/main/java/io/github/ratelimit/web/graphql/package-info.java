/**
 * What GraphQL clients are told.
 */
@NullMarked
package io.github.ratelimit.web.graphql;

import org.jspecify.annotations.NullMarked;
