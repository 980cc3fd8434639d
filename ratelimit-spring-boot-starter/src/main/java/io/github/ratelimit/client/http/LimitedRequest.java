package io.github.ratelimit.client.http;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.Map;

import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.LimitedRequests;
import io.github.ratelimit.client.OutboundBody;
import io.github.ratelimit.client.OutboundRequest;
import io.github.ratelimit.client.RequestPriority;
import io.github.ratelimit.provider.usage.ModelRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.StreamingHttpOutputMessage;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.util.StreamUtils;

/**
 * A request that is sent when it is admitted. Its body is read on its way to the request
 * below, which keeps it until then; a copy is made only if it may be sent again.
 */
final class LimitedRequest implements ClientHttpRequest {

	private final ClientHttpRequest request;

	private final ClientLimiter limiter;

	private final ClientHttpRequestFactory factory;

	private final @Nullable ByteArrayOutputStream copy;

	private @Nullable Body body;

	private boolean sent;

	/**
	 * Creates a request.
	 * @param request the request below
	 * @param limiter the client
	 * @param factory creates the requests of further attempts
	 */
	LimitedRequest(ClientHttpRequest request, ClientLimiter limiter, ClientHttpRequestFactory factory) {
		this.request = request;
		this.limiter = limiter;
		this.factory = factory;
		this.copy = (limiter.settings().retry().maxAttempts() > 1) ? new ByteArrayOutputStream() : null;
	}

	@Override
	public OutputStream getBody() throws IOException {
		if (this.body == null && !isLimited() && (isReadable() || this.copy != null)) {
			this.body = new Body(this.request.getBody(), this.copy);
		}
		return (this.body != null) ? this.body : this.request.getBody();
	}

	/** Returns whether an adapter above has limited it. */
	private boolean isLimited() {
		return getAttributes().containsKey(RateLimitClientInterceptor.LIMITED);
	}

	private boolean isReadable() {
		return OutboundBody.isReadable(getHeaders().getFirst(OutboundBody.CONTENT_TYPE));
	}

	@Override
	public ClientHttpResponse execute() throws IOException {
		if (isLimited() || LimitedRequests.isAdmitted(this.limiter)) {
			return this.request.execute();
		}
		// executed again after a failure, the request below decides whether it can be
		this.sent = false;
		ModelRequest facts = (this.body != null && isReadable()) ? this.body.read.facts() : ModelRequest.NONE;
		OutboundRequest outbound = OutboundRequest.of(getURI(), getHeaders()::getFirst, facts)
			.withPriority(getAttributes().get(RequestPriority.ATTRIBUTE));
		getAttributes().put(RateLimitClientInterceptor.LIMITED, true);
		try {
			return BlockingCalls.send(this.limiter, outbound, this::send);
		}
		finally {
			getAttributes().remove(RateLimitClientInterceptor.LIMITED);
		}
	}

	private ClientHttpResponse send() throws IOException {
		ClientHttpRequest request = this.sent ? again() : this.request;
		this.sent = true;
		return request.execute();
	}

	private ClientHttpRequest again() throws IOException {
		ClientHttpRequest request = this.factory.createRequest(getURI(), getMethod());
		request.getHeaders().putAll(getHeaders());
		request.getAttributes().putAll(getAttributes());
		if (this.copy != null && this.copy.size() > 0) {
			byte[] bytes = this.copy.toByteArray();
			if (request instanceof StreamingHttpOutputMessage streaming) {
				streaming.setBody(bytes);
			}
			else {
				StreamUtils.copy(bytes, request.getBody());
			}
		}
		return request;
	}

	@Override
	public HttpHeaders getHeaders() {
		return this.request.getHeaders();
	}

	@Override
	public HttpMethod getMethod() {
		return this.request.getMethod();
	}

	@Override
	public URI getURI() {
		return this.request.getURI();
	}

	@Override
	public Map<String, Object> getAttributes() {
		return this.request.getAttributes();
	}

	private static final class Body extends FilterOutputStream {

		private final OutboundBody read = new OutboundBody();

		private final @Nullable ByteArrayOutputStream copy;

		private Body(OutputStream body, @Nullable ByteArrayOutputStream copy) {
			super(body);
			this.copy = copy;
		}

		@Override
		public void write(int b) throws IOException {
			write(new byte[] { (byte) b }, 0, 1);
		}

		@Override
		public void write(byte[] bytes, int offset, int length) throws IOException {
			this.out.write(bytes, offset, length);
			this.read.write(bytes, offset, length);
			if (this.copy != null) {
				this.copy.write(bytes, offset, length);
			}
		}

	}

}
