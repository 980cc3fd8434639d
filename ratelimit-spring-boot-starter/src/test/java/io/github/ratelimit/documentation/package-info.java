/**
 * Tests of the documentation: its configurations start, its examples compile, its links
 * lead somewhere, and its tables are complete.
 */
@NullMarked
package io.github.ratelimit.documentation;

import org.jspecify.annotations.NullMarked;
