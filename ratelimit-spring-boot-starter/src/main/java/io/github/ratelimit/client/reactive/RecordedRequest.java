package io.github.ratelimit.client.reactive;

import io.github.ratelimit.client.OutboundBody;
import io.github.ratelimit.provider.usage.ModelRequest;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpCookie;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.reactive.function.client.ClientRequest;
import reactor.core.publisher.Mono;

/**
 * A request that is not sent: it keeps a body of one piece, and accepts no stream. It
 * begins with the headers of the request.
 */
final class RecordedRequest implements ClientHttpRequest {

	private final ClientRequest request;

	private final ChangedHeaders changed;

	private final HttpHeaders headers;

	private @Nullable MultiValueMap<String, HttpCookie> cookies;

	private @Nullable Map<String, Object> attributes;

	/** The array with the body, null if none was kept. */
	private byte @Nullable [] bytes;

	private int offset;

	private int length;

	private boolean committing;

	RecordedRequest(ClientRequest request) {
		this.request = request;
		this.changed = new ChangedHeaders(request.headers());
		this.headers = new HttpHeaders(this.changed);
	}

	/** Returns the request as the application gave it. */
	ClientRequest request() {
		return this.request;
	}

	/** Returns whether the body was kept, and no more than it and headers was set. */
	boolean isKept() {
		boolean more = this.committing || (this.cookies != null && !this.cookies.isEmpty())
				|| (this.attributes != null && !this.attributes.isEmpty());
		return this.bytes != null && !more;
	}

	/** Returns the size of the request according to the kept body. */
	ModelRequest facts() {
		return OutboundBody.facts(Objects.requireNonNull(this.bytes), this.offset, this.length);
	}

	/** Adds the headers to another request, which keeps its own. */
	void addHeaders(ClientHttpRequest request) {
		this.changed.addTo(request.getHeaders());
	}

	/** Writes the kept body to another request. */
	Mono<Void> send(ClientHttpRequest request) {
		return request.writeWith(Mono.fromSupplier(() -> request.bufferFactory().wrap(bytes())));
	}

	private ByteBuffer bytes() {
		return ByteBuffer.wrap(Objects.requireNonNull(this.bytes), this.offset, this.length);
	}

	/** {@code handle} would restore the thread locals of the context, which is dear. */
	@Override
	public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
		return (body instanceof Mono<? extends DataBuffer> piece) ? piece.map(this::keep).then() : Mono.empty();
	}

	/** Returns the length: what is passed on instead of a buffer is not released. */
	private int keep(DataBuffer buffer) {
		ByteBuffer own = (buffer instanceof DefaultDataBuffer plain) ? plain.getNativeBuffer() : null;
		if (own != null && own.hasArray()) {
			return keep(own.array(), own.arrayOffset() + own.position(), own.remaining());
		}
		byte[] copy = new byte[buffer.readableByteCount()];
		buffer.read(copy);
		DataBufferUtils.release(buffer);
		return keep(copy, 0, copy.length);
	}

	private int keep(byte[] bytes, int offset, int length) {
		this.bytes = bytes;
		this.offset = offset;
		this.length = length;
		return length;
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
	public HttpHeaders getHeaders() {
		return this.headers;
	}

	@Override
	public MultiValueMap<String, HttpCookie> getCookies() {
		MultiValueMap<String, HttpCookie> cookies = (this.cookies != null) ? this.cookies : new LinkedMultiValueMap<>();
		this.cookies = cookies;
		return cookies;
	}

	@Override
	public Map<String, Object> getAttributes() {
		Map<String, Object> attributes = (this.attributes != null) ? this.attributes : new LinkedHashMap<>();
		this.attributes = attributes;
		return attributes;
	}

	@Override
	public boolean isCommitted() {
		return false;
	}

}
