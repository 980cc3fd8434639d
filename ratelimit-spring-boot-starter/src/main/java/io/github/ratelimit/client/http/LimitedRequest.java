package io.github.ratelimit.client.http;

import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.OutboundBody;
import io.github.ratelimit.provider.usage.ModelRequest;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.StreamingHttpOutputMessage;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.support.HttpRequestWrapper;
import org.springframework.util.Assert;

/**
 * A request that is sent when it is admitted. A body that is read for its size, or that
 * may be sent again, is kept until then, in the request below if that keeps it anyway.
 * Any other body is passed on as it is, so that uploads are streamed.
 */
final class LimitedRequest extends HttpRequestWrapper
		implements ClientHttpRequest, StreamingHttpOutputMessage, BlockingCalls.Attempt {

	private final ClientHttpRequest request;

	private final ClientLimiter limiter;

	private final ClientHttpRequestFactory factory;

	private final boolean repeated;

	/** What the requests get that are sent, null if there is none or it is not kept. */
	private @Nullable Body body;

	/** The body if this request has made it. An adapter above may send its own again. */
	private @Nullable KeptBody kept;

	private @Nullable OutputStream stream;

	/** Reads what is written to the request below, null if it need not be read. */
	private @Nullable OutboundBody read;

	/** Whether the request below has the body. */
	private boolean given;

	private boolean sent;

	/**
	 * Creates a request.
	 * @param request the request below
	 * @param limiter the client
	 * @param factory creates the requests of further attempts
	 */
	LimitedRequest(ClientHttpRequest request, ClientLimiter limiter, ClientHttpRequestFactory factory) {
		super(request);
		this.request = request;
		this.limiter = limiter;
		this.factory = factory;
		this.repeated = limiter.settings().retry().maxAttempts() > 1;
	}

	/** A streaming request could not repeat a body that is written to it. */
	@Override
	public OutputStream getBody() throws IOException {
		OutputStream stream = this.stream;
		if (stream == null) {
			stream = isStreaming() ? keep() : below(this.request.getBody());
			this.stream = stream;
		}
		return stream;
	}

	private KeptBody keep() {
		KeptBody kept = new KeptBody();
		this.kept = kept;
		this.body = kept;
		return kept;
	}

	private OutputStream below(OutputStream below) {
		this.given = true;
		boolean limited = BlockingCalls.isLimited(this);
		this.read = (isReadable() && !limited) ? new OutboundBody() : null;
		KeptBody copy = (this.repeated && !limited) ? keep() : null;
		return (this.read != null || copy != null) ? new ReadBody(below, this.read, copy) : below;
	}

	@Override
	public void setBody(Body body) {
		Assert.state(this.stream == null, "The body is written already");
		this.body = body;
	}

	@Override
	public void setBody(byte[] body) {
		setBody(new KeptBody(body));
	}

	private boolean isStreaming() {
		return this.request instanceof StreamingHttpOutputMessage;
	}

	private boolean isReadable() {
		return OutboundBody.isReadable(getHeaders().getFirst(OutboundBody.CONTENT_TYPE));
	}

	@Override
	public ClientHttpResponse execute() throws IOException {
		// executed again after a failure, the request below decides whether it can be
		this.sent = false;
		ClientHttpResponse response = BlockingCalls.isLimited(this) ? send()
				: BlockingCalls.send(this.limiter, this, this);
		if (this.kept != null) {
			this.kept.release();
		}
		return response;
	}

	@Override
	public ModelRequest facts() throws IOException {
		Body body = this.body;
		boolean readable = isReadable();
		if (body != null && !this.given && !(body instanceof KeptBody)
				&& (readable || (this.repeated && !body.repeatable()))) {
			if (isStreaming()) {
				KeptBody kept = new KeptBody();
				body.writeTo(kept);
				this.kept = kept;
				this.body = kept;
			}
			else {
				this.body = null;
				body.writeTo(getBody());
			}
		}
		if (!readable) {
			return ModelRequest.NONE;
		}
		if (this.read != null) {
			return this.read.facts();
		}
		return (this.body instanceof KeptBody kept) ? kept.facts() : ModelRequest.NONE;
	}

	@Override
	public ClientHttpResponse send() throws IOException {
		ClientHttpRequest request = this.sent ? again() : this.request;
		if (this.body != null && (this.sent || !this.given)) {
			this.given = true;
			if (request instanceof StreamingHttpOutputMessage streaming) {
				streaming.setBody(this.body);
			}
			else {
				this.body.writeTo(request.getBody());
			}
		}
		this.sent = true;
		return request.execute();
	}

	private ClientHttpRequest again() throws IOException {
		ClientHttpRequest request = this.factory.createRequest(getURI(), getMethod());
		request.getHeaders().putAll(getHeaders());
		request.getAttributes().putAll(getAttributes());
		return request;
	}

	/** Reads and copies a body on its way to the request below. */
	private static final class ReadBody extends FilterOutputStream {

		private final @Nullable OutboundBody read;

		private final @Nullable KeptBody copy;

		private ReadBody(OutputStream body, @Nullable OutboundBody read, @Nullable KeptBody copy) {
			super(body);
			this.read = read;
			this.copy = copy;
		}

		@Override
		public void write(int b) throws IOException {
			write(new byte[] { (byte) b }, 0, 1);
		}

		@Override
		public void write(byte[] bytes, int offset, int length) throws IOException {
			this.out.write(bytes, offset, length);
			if (this.read != null) {
				this.read.write(bytes, offset, length);
			}
			if (this.copy != null) {
				this.copy.write(bytes, offset, length);
			}
		}

	}

}
