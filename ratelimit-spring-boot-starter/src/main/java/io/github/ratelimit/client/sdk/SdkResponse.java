package io.github.ratelimit.client.sdk;

import java.io.InputStream;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The parts of a response of an SDK.
 *
 * @param status the status
 * @param headers returns the values of a header
 * @param body opens the body
 * @param close closes the response
 */
public record SdkResponse(int status, Function<String, List<String>> headers, Supplier<InputStream> body,
		Runnable close) {
}
