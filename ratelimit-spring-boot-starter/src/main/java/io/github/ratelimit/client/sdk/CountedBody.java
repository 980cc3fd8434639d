package io.github.ratelimit.client.sdk;

import io.github.ratelimit.client.ClientCall;
import io.github.ratelimit.client.CountedInputStream;
import org.jspecify.annotations.Nullable;

/** The body of a response that ends its call when it ends or is closed. */
final class CountedBody implements SdkBody {

	private final SdkResponse response;

	private final ClientCall call;

	private @Nullable CountedInputStream stream;

	CountedBody(SdkResponse response, ClientCall call) {
		this.response = response;
		this.call = call;
	}

	@Override
	public CountedInputStream stream() {
		CountedInputStream stream = this.stream;
		if (stream == null) {
			stream = new CountedInputStream(this.response.body().get(), this.call);
			this.stream = stream;
		}
		return stream;
	}

	@Override
	public void close() {
		try {
			this.response.close().run();
		}
		finally {
			this.call.close();
		}
	}

}
