package io.github.ratelimit.client.okhttp;

import io.github.ratelimit.client.ClientCall;
import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.LimitedRequests;
import io.github.ratelimit.client.OutboundBody;
import io.github.ratelimit.client.OutboundRequest;
import io.github.ratelimit.client.RefusedAnswer;
import io.github.ratelimit.client.RequestPriority;
import io.github.ratelimit.client.SendFailures;
import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.provider.usage.ModelRequest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.AsyncTimeout;
import okio.Buffer;
import okio.BufferedSink;
import okio.Okio;
import okio.Sink;
import okio.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Limits the requests of an OkHttp client:
 * {@code new OkHttpClient.Builder().addInterceptor(new RateLimitOkHttpInterceptor(limiters))}.
 * The call's timeout does not run while the call is queued. A call that is not sent gets
 * an answer of status 429. Thread-safe.
 * <p>
 * A queued call holds its thread; an asynchronous one also one of the 64 concurrent calls
 * of the {@link okhttp3.Dispatcher}.
 */
public final class RateLimitOkHttpInterceptor implements Interceptor {

	private static final int SWITCHING_PROTOCOLS = 101;

	private final LimitedRequests requests;

	/** Most requests have the address of the one before. */
	private volatile @Nullable Address last;

	/**
	 * Creates an interceptor that limits the requests whose addresses match.
	 * @param limiters the clients of the configuration
	 */
	public RateLimitOkHttpInterceptor(ClientLimiters limiters) {
		this(LimitedRequests.matching(limiters));
	}

	/**
	 * Creates an interceptor that limits all requests.
	 * @param limiter the client of the configuration
	 */
	public RateLimitOkHttpInterceptor(ClientLimiter limiter) {
		this(LimitedRequests.all(limiter));
	}

	private RateLimitOkHttpInterceptor(LimitedRequests requests) {
		this.requests = requests;
		OutboundBody.attemptsAreRead();
	}

	@Override
	public Response intercept(Chain chain) throws IOException {
		Request request = chain.request();
		URI uri = uri(request.url());
		ClientLimiter limiter = this.requests.limiter(uri);
		if (limiter == null) {
			return chain.proceed(request);
		}
		OutboundBody body = read(request);
		if (body != null && body.isAdmitted(limiter)) {
			return chain.proceed(request);
		}
		ClientCall call;
		try {
			OutboundRequest outbound = OutboundRequest
				.of(uri, request::header, (body != null) ? body.facts() : ModelRequest.NONE)
				.withPriority(request.tag(RequestPriority.class));
			call = admit(limiter.acquireAsync(outbound, true), chain.call());
		}
		catch (CallRefusedException ex) {
			return refused(request, ex);
		}
		Response response;
		try {
			response = call.send(() -> chain.proceed(request));
		}
		catch (IOException | RuntimeException | Error ex) {
			SendFailures.end(call, ex);
			throw ex;
		}
		return answered(response, call);
	}

	private URI uri(HttpUrl url) {
		Address last = this.last;
		if (last == null || !last.url().equals(url)) {
			last = new Address(url, url.uri());
			this.last = last;
		}
		return last.uri();
	}

	private static @Nullable OutboundBody read(Request request) throws IOException {
		RequestBody body = request.body();
		if (body == null || body.isDuplex() || body.isOneShot()) {
			return null;
		}
		MediaType type = body.contentType();
		if (!OutboundBody.isReadable((type != null) ? type.subtype() : null)) {
			return null;
		}
		OutboundBody read = new OutboundBody();
		BufferedSink sink = Okio.buffer(new ReadingSink(read));
		read.read(() -> body.writeTo(sink));
		sink.flush();
		return read;
	}

	/** The time in the queue does not count towards the call's timeout. */
	private static ClientCall admit(CompletableFuture<ClientCall> admission, Call call) throws IOException {
		if (admission.isDone() || !(call.timeout() instanceof AsyncTimeout timeout)) {
			return CallAdmission.await(admission, call);
		}
		if (timeout.exit()) {
			CallAdmission.giveUp(admission);
			throw new InterruptedIOException("timeout");
		}
		try {
			return CallAdmission.await(admission, call);
		}
		finally {
			timeout.enter();
		}
	}

	private static Response refused(Request request, CallRefusedException refusal) {
		RefusedAnswer answer = RefusedAnswer.of(refusal);
		Response.Builder response = new Response.Builder().request(request)
			.protocol(Protocol.HTTP_1_1)
			.code(RefusedAnswer.STATUS)
			.message("Not sent")
			.body(ResponseBody.create(answer.text(), MediaType.get(RefusedAnswer.CONTENT_TYPE)));
		answer.headers().forEach(response::header);
		return response.build();
	}

	private static Response answered(Response response, ClientCall call) {
		if (response.networkResponse() == null && response.cacheResponse() != null) {
			call.notSent();
			return response;
		}
		ResponseBody body = response.body();
		try {
			call.head(response.code(), response::header,
					ClientCall.needsBody(response.code()) ? beginning(response) : null);
		}
		catch (RuntimeException | Error ex) {
			call.close();
			response.close();
			throw ex;
		}
		if (body == null || hasNoBody(response, body)) {
			call.close();
			return response;
		}
		return response.newBuilder().body(new CountedResponseBody(body, call)).build();
	}

	private static @Nullable String beginning(Response response) {
		try {
			return response.peekBody(ClientCall.ERROR_BODY_BYTES).string();
		}
		catch (IOException ex) {
			// reading the body fails as well, which the caller has to handle
			return null;
		}
	}

	/** An empty body need not be closed, nor the socket of another protocol. */
	private static boolean hasNoBody(Response response, ResponseBody body) {
		return body.contentLength() == 0 || response.code() == SWITCHING_PROTOCOLS
				|| response.request().method().equals("HEAD");
	}

	/** An address in both forms. */
	private record Address(HttpUrl url, URI uri) {
	}

	/** Needs no timeout, since reading a body does not block. */
	private record ReadingSink(OutboundBody read) implements Sink {

		@Override
		public void write(Buffer source, long length) throws IOException {
			source.writeTo(this.read, length);
		}

		@Override
		public Timeout timeout() {
			return Timeout.NONE;
		}

		@Override
		public void flush() {
			// everything has been read
		}

		@Override
		public void close() {
			// nothing is open
		}

	}

}
