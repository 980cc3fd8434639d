package io.github.ratelimit.client.openai;

import java.io.IOException;
import java.io.InputStream;

import com.openai.core.http.Headers;
import com.openai.core.http.HttpRequest;
import com.openai.core.http.HttpRequestBody;
import com.openai.core.http.HttpResponse;
import com.openai.errors.OpenAIIoException;
import io.github.ratelimit.client.LimitedRequests;
import io.github.ratelimit.client.RefusedAnswer;
import io.github.ratelimit.client.sdk.SdkBody;
import io.github.ratelimit.client.sdk.SdkCalls;
import io.github.ratelimit.client.sdk.SdkRequest;
import io.github.ratelimit.client.sdk.SdkResponse;

/** Calls of openai-java. */
final class OpenAiCalls extends SdkCalls<HttpRequest, HttpResponse> {

	OpenAiCalls(LimitedRequests requests) {
		super(requests);
	}

	@Override
	protected SdkRequest partsOfRequest(HttpRequest request) {
		HttpRequestBody body = request.body();
		return (body == null) ? SdkRequest.withoutBody(request.url(), request.headers()::values)
				: new SdkRequest(request.url(), request.headers()::values, body.contentType(),
						body.repeatable() ? body::writeTo : null, body::close);
	}

	@Override
	protected SdkResponse partsOfResponse(HttpResponse response) {
		return new SdkResponse(response.statusCode(), response.headers()::values, response::body, response::close);
	}

	@Override
	protected HttpResponse counted(HttpResponse response, SdkBody body) {
		return new LimitedResponse(response.statusCode(), response.headers(), body);
	}

	@Override
	protected HttpResponse refused(RefusedAnswer answer, SdkBody body) {
		Headers.Builder headers = Headers.builder();
		answer.headers().forEach(headers::put);
		return new LimitedResponse(RefusedAnswer.STATUS, headers.build(), body);
	}

	@Override
	protected RuntimeException failure(String message, IOException cause) {
		return new OpenAIIoException(message, cause);
	}

	/** A response with a body of ours. */
	private record LimitedResponse(int statusCode, Headers headers, SdkBody content) implements HttpResponse {

		@Override
		public InputStream body() {
			return this.content.stream();
		}

		@Override
		public void close() {
			this.content.close();
		}

	}

}
