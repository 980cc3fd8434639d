package io.github.ratelimit.client;

import io.github.ratelimit.Key;
import io.github.ratelimit.governor.CallRequest.Caller;
import io.github.ratelimit.governor.Governor;
import io.github.ratelimit.provider.dialect.ClientDialect;

/**
 * The calls that a provider counts together: those of one key of a client.
 *
 * @param key whose quota is used
 * @param model the model, empty if the key does not distinguish models
 * @param dialect how the provider reports its limits
 * @param governor admits the calls
 * @param caller waits for a call with its thread
 */
public record ProviderAccount(Key key, String model, ClientDialect dialect, Governor governor, Caller caller) {
}
