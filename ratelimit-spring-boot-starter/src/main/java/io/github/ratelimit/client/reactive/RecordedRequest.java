package io.github.ratelimit.client.reactive;

import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.reactive.AbstractClientHttpRequest;
import org.springframework.web.reactive.function.client.ClientRequest;
import reactor.core.publisher.Mono;

/**
 * A request that is not sent: it keeps a body of one piece, and accepts no stream. Its
 * headers are those of the request that is sent instead.
 */
final class RecordedRequest extends AbstractClientHttpRequest {

	private final ClientRequest request;

	private @Nullable ByteBuffer bytes;

	private boolean committing;

	RecordedRequest(ClientRequest request, ClientRequest.Builder sent) {
		super(headers(sent));
		this.request = request;
	}

	private static HttpHeaders headers(ClientRequest.Builder request) {
		List<HttpHeaders> headers = new ArrayList<>(1);
		request.headers(headers::add);
		return headers.get(0);
	}

	/**
	 * Returns the body; null if there is none, or if more than it and headers was set.
	 */
	@Nullable ByteBuffer bytes() {
		boolean more = this.committing || !getCookies().isEmpty() || !getAttributes().isEmpty();
		return more ? null : this.bytes;
	}

	@Override
	public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
		return (body instanceof Mono<? extends DataBuffer> piece) ? piece.doOnNext(this::keep).then() : Mono.empty();
	}

	private void keep(DataBuffer buffer) {
		ByteBuffer own = (buffer instanceof DefaultDataBuffer plain) ? plain.getNativeBuffer() : null;
		this.bytes = (own != null && own.hasArray()) ? own : copy(buffer);
	}

	private static ByteBuffer copy(DataBuffer buffer) {
		byte[] bytes = new byte[buffer.readableByteCount()];
		buffer.read(bytes);
		DataBufferUtils.release(buffer);
		return ByteBuffer.wrap(bytes);
	}

	@Override
	public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
		return Mono.empty();
	}

	@Override
	public Mono<Void> setComplete() {
		return Mono.empty();
	}

	/** These actions must run for the request that is sent. */
	@Override
	public void beforeCommit(Supplier<? extends Mono<Void>> action) {
		this.committing = true;
	}

	@Override
	public DataBufferFactory bufferFactory() {
		return DefaultDataBufferFactory.sharedInstance;
	}

	@Override
	public HttpMethod getMethod() {
		return this.request.method();
	}

	@Override
	public URI getURI() {
		return this.request.url();
	}

	@Override
	@SuppressWarnings("unchecked")
	public <T> T getNativeRequest() {
		return (T) this;
	}

	@Override
	protected void applyHeaders() {
	}

	@Override
	protected void applyCookies() {
	}

}
