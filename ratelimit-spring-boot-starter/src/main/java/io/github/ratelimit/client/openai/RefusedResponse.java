package io.github.ratelimit.client.openai;

import java.io.ByteArrayInputStream;
import java.io.InputStream;

import com.openai.core.http.Headers;
import com.openai.core.http.HttpResponse;
import io.github.ratelimit.client.RefusedAnswer;

/** The response to a request that was not sent. */
final class RefusedResponse implements HttpResponse {

	private final Headers headers;

	private final InputStream body;

	RefusedResponse(RefusedAnswer answer) {
		Headers.Builder headers = Headers.builder();
		answer.headers().forEach(headers::put);
		this.headers = headers.build();
		this.body = new ByteArrayInputStream(answer.bytes());
	}

	@Override
	public int statusCode() {
		return RefusedAnswer.STATUS;
	}

	@Override
	public Headers headers() {
		return this.headers;
	}

	@Override
	public InputStream body() {
		return this.body;
	}

	@Override
	public void close() {
		// nothing is open
	}

}
