package io.github.ratelimit.client.openai;

import java.io.InputStream;

import com.openai.core.http.Headers;
import com.openai.core.http.HttpResponse;
import io.github.ratelimit.client.ClientCall;
import io.github.ratelimit.client.CountedInputStream;
import org.jspecify.annotations.Nullable;

/** A response that ends its call when it is closed or its body ends. */
final class CountedResponse implements HttpResponse {

	private final HttpResponse response;

	private final ClientCall call;

	private @Nullable CountedInputStream body;

	CountedResponse(HttpResponse response, ClientCall call, @Nullable CountedInputStream body) {
		this.response = response;
		this.call = call;
		this.body = body;
	}

	@Override
	public int statusCode() {
		return this.response.statusCode();
	}

	@Override
	public Headers headers() {
		return this.response.headers();
	}

	@Override
	public InputStream body() {
		CountedInputStream body = this.body;
		if (body == null) {
			body = new CountedInputStream(this.response.body(), this.call);
			this.body = body;
		}
		return body;
	}

	@Override
	public void close() {
		try {
			this.response.close();
		}
		finally {
			this.call.close();
		}
	}

}
