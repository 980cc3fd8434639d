package io.github.ratelimit.client.openai;

import com.openai.core.http.Headers;
import com.openai.core.http.HttpRequest;
import com.openai.core.http.HttpRequestBody;
import com.openai.core.http.HttpResponse;
import com.openai.errors.OpenAIIoException;
import io.github.ratelimit.client.ClientCall;
import io.github.ratelimit.client.LimitedRequests;
import io.github.ratelimit.client.RefusedAnswer;
import io.github.ratelimit.client.sdk.SdkAddress;
import io.github.ratelimit.client.sdk.SdkCalls;
import io.github.ratelimit.client.sdk.SdkRequest;
import io.github.ratelimit.client.sdk.SdkResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** Calls of openai-java. */
final class OpenAiCalls extends SdkCalls<HttpRequest, HttpResponse> {

	OpenAiCalls(LimitedRequests requests) {
		super(requests);
	}

	@Override
	protected SdkAddress address(HttpRequest request) {
		return new SdkAddress(request.baseUrl(), request.pathSegments(), request.queryParams());
	}

	@Override
	protected String url(HttpRequest request) {
		return request.url();
	}

	@Override
	protected SdkRequest partsOfRequest(HttpRequest request) {
		HttpRequestBody body = request.body();
		return (body == null) ? SdkRequest.withoutBody(request.headers()::values) : new SdkRequest(
				request.headers()::values, body.contentType(), body.repeatable() ? body::writeTo : null, body::close);
	}

	@Override
	protected HttpRequest marked(HttpRequest request, ClientCall attempt) {
		HttpRequestBody body = request.body();
		return (body == null) ? request : request.toBuilder().body(new MarkedBody(body, attempt)).build();
	}

	@Override
	protected SdkResponse partsOfResponse(HttpResponse response) {
		return new SdkResponse(response.statusCode(), response.headers()::values, response::body, response::close);
	}

	@Override
	protected HttpResponse counted(HttpResponse response, InputStream body, Runnable close) {
		return new LimitedResponse(response.statusCode(), response.headers(), body, close);
	}

	@Override
	protected HttpResponse refused(RefusedAnswer answer, InputStream body) {
		Headers.Builder headers = Headers.builder();
		answer.headers().forEach(headers::put);
		return new LimitedResponse(RefusedAnswer.STATUS, headers.build(), body, () -> {
		});
	}

	@Override
	protected RuntimeException failure(String message, IOException cause) {
		return new OpenAIIoException(message, cause);
	}

	/** A body that marks the thread that writes it with its attempt. */
	private record MarkedBody(HttpRequestBody body, ClientCall attempt) implements HttpRequestBody {

		@Override
		public void writeTo(OutputStream stream) {
			this.attempt.writesBody();
			this.body.writeTo(stream);
		}

		@Override
		public @Nullable String contentType() {
			return this.body.contentType();
		}

		@Override
		public long contentLength() {
			return this.body.contentLength();
		}

		@Override
		public boolean repeatable() {
			return this.body.repeatable();
		}

		@Override
		public void close() {
			this.body.close();
		}

	}

	/** A response with a body of ours. */
	private record LimitedResponse(int statusCode, Headers headers, InputStream body,
			Runnable closing) implements HttpResponse {

		@Override
		public void close() {
			this.closing.run();
		}

	}

}
