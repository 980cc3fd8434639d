package io.github.ratelimit.store;

/**
 * What a {@link LimitStore} needs to give permits back. Opaque to all other code.
 */
public interface Receipt {

}
