package io.github.ratelimit.store;

/**
 * What a {@link LimitStore} needs to give back what it gave: its own business, opaque to
 * everybody else.
 */
public interface Receipt {

}
