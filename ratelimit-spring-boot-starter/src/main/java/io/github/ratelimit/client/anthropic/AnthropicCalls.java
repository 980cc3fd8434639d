package io.github.ratelimit.client.anthropic;

import com.anthropic.core.http.Headers;
import com.anthropic.core.http.HttpRequest;
import com.anthropic.core.http.HttpRequestBody;
import com.anthropic.core.http.HttpResponse;
import com.anthropic.errors.AnthropicIoException;
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

/** Calls of anthropic-java. */
final class AnthropicCalls extends SdkCalls<HttpRequest, HttpResponse> {

	/**
	 * The beginning of the address of a request without a base URL.
	 */
	private static final String NO_URL = "null";

	/** The address of requests without a base URL. */
	private final String baseUrl;

	AnthropicCalls(LimitedRequests requests, String baseUrl) {
		super(requests);
		this.baseUrl = baseUrl.endsWith("/") ? baseUrl.substring(0, baseUrl.length() - 1) : baseUrl;
	}

	@Override
	protected SdkAddress address(HttpRequest request) {
		return new SdkAddress(request.baseUrl(), request.pathSegments(), request.queryParams());
	}

	@Override
	protected String url(HttpRequest request) {
		String url = request.url();
		return (request.baseUrl() != null) ? url : this.baseUrl + url.substring(NO_URL.length());
	}

	@Override
	protected SdkRequest partsOfRequest(HttpRequest request) {
		HttpRequestBody body = RequestBodies.of(request);
		return (body == null) ? SdkRequest.withoutBody(request.headers()::values) : new SdkRequest(
				request.headers()::values, body.contentType(), body.repeatable() ? body::writeTo : null, body::close);
	}

	@Override
	protected HttpRequest marked(HttpRequest request, ClientCall attempt) {
		HttpRequestBody body = RequestBodies.of(request);
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
		return new AnthropicIoException(message, cause);
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
