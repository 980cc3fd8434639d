package io.github.ratelimit.client.sdk;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The address of a request in the SDK's own parts. To compare them costs less than to
 * compose the address.
 *
 * @param baseUrl the address of the API, null if the SDK does not pass it
 * @param path the segments of the path
 * @param query the parameters
 */
public record SdkAddress(@Nullable String baseUrl, List<String> path, Object query) {
}
