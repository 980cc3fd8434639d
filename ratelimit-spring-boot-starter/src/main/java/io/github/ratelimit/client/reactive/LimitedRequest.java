package io.github.ratelimit.client.reactive;

import io.github.ratelimit.provider.usage.ModelRequest;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpCookie;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.http.codec.HttpMessageWriter;
import org.springframework.util.MultiValueMap;
import org.springframework.web.reactive.function.BodyInserter;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ExchangeStrategies;
import reactor.core.publisher.Mono;

/**
 * A request as it is sent: marked as limited, and with the body that its client's writers
 * have encoded, if they have. Another client, which shares the filter but not the
 * writers, encodes the body as the application gave it.
 */
final class LimitedRequest implements ClientRequest, BodyInserter<Object, ClientHttpRequest> {

	private final ClientRequest original;

	private final BodyEncoder encoder;

	private final ModelRequest facts;

	private final @Nullable RecordedRequest encoded;

	private final @Nullable List<HttpMessageWriter<?>> writers;

	/**
	 * Creates a request whose body is encoded when it is sent.
	 * @param original the request of the application
	 * @param encoder is shown the writers of the client
	 * @param facts the size of the request
	 */
	LimitedRequest(ClientRequest original, BodyEncoder encoder, ModelRequest facts) {
		this(original, encoder, facts, null, null);
	}

	/**
	 * Creates a request.
	 * @param original the request of the application
	 * @param encoder is shown the writers of another client
	 * @param facts the size of the request
	 * @param encoded the body, and the headers that encoding it has set
	 * @param writers those that have encoded it
	 */
	LimitedRequest(ClientRequest original, BodyEncoder encoder, ModelRequest facts, @Nullable RecordedRequest encoded,
			@Nullable List<HttpMessageWriter<?>> writers) {
		this.original = original;
		this.encoder = encoder;
		this.facts = facts;
		this.encoded = encoded;
		this.writers = writers;
	}

	/** Returns the size of the request. */
	ModelRequest facts() {
		return this.facts;
	}

	@Override
	public Mono<Void> writeTo(ClientHttpRequest request, ExchangeStrategies strategies) {
		List<HttpMessageWriter<?>> writers = strategies.messageWriters();
		if (this.encoded == null || writers != this.writers) {
			this.encoder.learn(writers);
			return this.original.writeTo(request, strategies);
		}
		this.encoded.addHeaders(request);
		if (!cookies().isEmpty()) {
			cookies().forEach((name, values) -> values
				.forEach((value) -> request.getCookies().add(name, new HttpCookie(name, value))));
		}
		request.getAttributes().putAll(this.original.attributes());
		Consumer<ClientHttpRequest> consumer = httpRequest();
		if (consumer != null) {
			consumer.accept(request);
		}
		return this.encoded.send(request);
	}

	/** The body of a request that a filter has made of this one. */
	@Override
	public Mono<Void> insert(ClientHttpRequest request, Context context) {
		if (this.encoded != null && context.messageWriters() == this.writers) {
			return this.encoded.send(request);
		}
		this.encoder.learn(context.messageWriters());
		if (this.encoded != null) {
			this.encoded.getHeaders().headerNames().forEach(request.getHeaders()::remove);
			request.getHeaders().addAll(this.original.headers());
		}
		return this.original.body().insert(request, context);
	}

	@Override
	public HttpMethod method() {
		return this.original.method();
	}

	@Override
	public URI url() {
		return this.original.url();
	}

	@Override
	public HttpHeaders headers() {
		return (this.encoded != null) ? HttpHeaders.readOnlyHttpHeaders(this.encoded.getHeaders())
				: this.original.headers();
	}

	@Override
	public MultiValueMap<String, String> cookies() {
		return this.original.cookies();
	}

	@Override
	public BodyInserter<?, ? super ClientHttpRequest> body() {
		return this;
	}

	@Override
	public Map<String, Object> attributes() {
		Map<String, Object> attributes = new LinkedHashMap<>(this.original.attributes());
		attributes.put(RateLimitExchangeFilter.LIMITED, true);
		return attributes;
	}

	@Override
	public @Nullable Consumer<ClientHttpRequest> httpRequest() {
		return this.original.httpRequest();
	}

	@Override
	public String logPrefix() {
		return this.original.logPrefix();
	}

}
