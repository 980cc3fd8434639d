/**
 * What a limit takes from a call: expressions for keys, costs, plans and conditions, the
 * variables and functions that they can use, and the policies made of them.
 */
@NullMarked
package io.github.ratelimit.expression;

import org.jspecify.annotations.NullMarked;
