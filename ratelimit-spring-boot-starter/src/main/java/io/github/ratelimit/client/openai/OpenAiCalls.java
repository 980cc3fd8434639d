package io.github.ratelimit.client.openai;

import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.util.List;
import java.util.function.Function;

import com.openai.core.http.Headers;
import com.openai.core.http.HttpRequest;
import com.openai.core.http.HttpRequestBody;
import com.openai.core.http.HttpResponse;
import com.openai.errors.OpenAIIoException;
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

/** Calls of openai-java. */
final class OpenAiCalls extends SdkCalls<HttpRequest, HttpResponse> {

	OpenAiCalls(LimitedRequests requests) {
		super(requests);
	}

	@Override
	protected String url(HttpRequest request) {
		return request.url();
	}

	@Override
	protected OutboundRequest describe(URI uri, HttpRequest request) {
		HttpRequestBody body = request.body();
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
		HttpRequestBody body = request.body();
		if (body != null) {
			body.close();
		}
		if (refusal.reason() == Reason.INTERRUPTED) {
			InterruptedIOException interrupted = new InterruptedIOException("interrupted");
			interrupted.initCause(refusal);
			throw new OpenAIIoException("Request failed", interrupted);
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
