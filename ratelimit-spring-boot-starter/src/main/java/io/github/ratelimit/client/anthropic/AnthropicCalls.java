package io.github.ratelimit.client.anthropic;

import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.util.List;
import java.util.function.Function;

import com.anthropic.core.http.Headers;
import com.anthropic.core.http.HttpRequest;
import com.anthropic.core.http.HttpRequestBody;
import com.anthropic.core.http.HttpResponse;
import com.anthropic.errors.AnthropicIoException;
import io.github.ratelimit.client.ClientCall;
import io.github.ratelimit.client.CountedInputStream;
import io.github.ratelimit.client.LimitedRequests;
import io.github.ratelimit.client.OutboundBody;
import io.github.ratelimit.client.OutboundRequest;
import io.github.ratelimit.client.RefusedAnswer;
import io.github.ratelimit.client.sdk.SdkCalls;
import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.governor.CallRefusedException.Reason;
import io.github.ratelimit.provider.usage.ModelRequest;
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
	protected String url(HttpRequest request) {
		String url = request.url();
		return (request.baseUrl() != null) ? url : this.baseUrl + url.substring(NO_URL.length());
	}

	@Override
	protected OutboundRequest describe(URI uri, HttpRequest request) {
		HttpRequestBody body = RequestBodies.of(request);
		ModelRequest facts = ModelRequest.NONE;
		if (body != null && body.repeatable() && OutboundBody.isReadable(body.contentType())) {
			OutboundBody read = new OutboundBody();
			body.writeTo(read);
			facts = read.facts();
		}
		return OutboundRequest.of(uri, first(request.headers()), facts);
	}

	@Override
	protected HttpResponse refused(HttpRequest request, CallRefusedException refusal) {
		HttpRequestBody body = RequestBodies.of(request);
		if (body != null) {
			body.close();
		}
		if (refusal.reason() == Reason.INTERRUPTED) {
			InterruptedIOException interrupted = new InterruptedIOException("interrupted");
			interrupted.initCause(refusal);
			throw new AnthropicIoException("Request failed", interrupted);
		}
		return new RefusedResponse(RefusedAnswer.of(refusal));
	}

	@Override
	protected int status(HttpResponse response) {
		return response.statusCode();
	}

	@Override
	protected Function<String, @Nullable String> headers(HttpResponse response) {
		return first(response.headers());
	}

	@Override
	protected InputStream body(HttpResponse response) {
		return response.body();
	}

	@Override
	protected HttpResponse counted(HttpResponse response, ClientCall call, @Nullable CountedInputStream body) {
		return new CountedResponse(response, call, body);
	}

	@Override
	protected void close(HttpResponse response) {
		response.close();
	}

	private static Function<String, @Nullable String> first(Headers headers) {
		return (name) -> {
			List<String> values = headers.values(name);
			return values.isEmpty() ? null : values.get(0);
		};
	}

}
