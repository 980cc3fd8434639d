package io.github.ratelimit.client.sdk;

import io.github.ratelimit.client.OutboundBody;
import io.github.ratelimit.client.OutboundRequest;
import io.github.ratelimit.provider.usage.ModelRequest;
import java.io.OutputStream;
import java.net.URI;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a request of an SDK.
 *
 * @param headers returns the values of a header
 * @param contentType the media type of the body, null if it has none
 * @param writeBody writes the body, null if there is none that can be written twice
 * @param close closes the body
 */
public record SdkRequest(Function<String, List<String>> headers, @Nullable String contentType,
		@Nullable Consumer<OutputStream> writeBody, Runnable close) {

	/**
	 * Returns a request without a body.
	 * @param headers returns the values of a header
	 * @return the parts
	 */
	public static SdkRequest withoutBody(Function<String, List<String>> headers) {
		return new SdkRequest(headers, null, null, () -> {
		});
	}

	OutboundRequest describe(URI uri) {
		ModelRequest facts = ModelRequest.NONE;
		if (this.writeBody != null && OutboundBody.isReadable(this.contentType)) {
			OutboundBody read = new OutboundBody();
			this.writeBody.accept(read);
			facts = read.facts();
		}
		return OutboundRequest.of(uri, first(this.headers), facts);
	}

	/** Returns the first value of a header, null if there is none. */
	static Function<String, @Nullable String> first(Function<String, List<String>> headers) {
		return (name) -> {
			List<String> values = headers.apply(name);
			return values.isEmpty() ? null : values.get(0);
		};
	}

}
