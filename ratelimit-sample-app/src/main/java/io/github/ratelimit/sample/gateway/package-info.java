/** The profile "gateway": passes calls on to a provider, within the provider's limits. */
@NullMarked
package io.github.ratelimit.sample.gateway;

import org.jspecify.annotations.NullMarked;
