/**
 * The APIs of language models as far as their clients use them: requests are read,
 * answers and streams written. For this module alone.
 */
@NullMarked
package io.github.ratelimit.test.provider.api;

import org.jspecify.annotations.NullMarked;
