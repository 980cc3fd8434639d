package io.github.ratelimit.client.reactive;

import io.github.ratelimit.client.OutboundBody;
import io.github.ratelimit.provider.usage.ModelRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import org.springframework.core.ResolvableType;
import org.springframework.core.codec.CodecException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ReactiveHttpOutputMessage;
import org.springframework.http.codec.HttpMessageWriter;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.reactive.function.BodyInserter;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ExchangeStrategies;
import org.springframework.web.reactive.function.client.WebClientRequestException;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Encodes the bodies of a client's requests before they are sent, to determine their
 * size. A filter does not have its client's encoders; it gets them from the first request
 * that is sent. Until then Spring's defaults determine the size of plain values, which
 * the client encodes again. Thread-safe.
 */
final class BodyEncoder {

	/** The client's writers, which are always the same list. */
	private volatile @Nullable Writers client;

	/**
	 * Encodes a request's body if the client's writers are known and it is a single
	 * value.
	 * @param request the request
	 * @param caller whose context is used
	 * @return the request as it is sent: marked as limited, and with its size. Mostly
	 * complete. Cancelling it cancels the encoding
	 */
	CompletableFuture<LimitedRequest> encode(ClientRequest request, CoreSubscriber<?> caller) {
		if (request.body() == BodyInserters.empty() || !isReadable(request.headers())) {
			return CompletableFuture.completedFuture(new LimitedRequest(request, this, ModelRequest.NONE));
		}
		Encoding encoding = new Encoding(new RecordedRequest(request), this.client, caller);
		encoding.start();
		return encoding;
	}

	private static boolean isReadable(HttpHeaders headers) {
		return OutboundBody.isReadable(headers.getFirst(OutboundBody.CONTENT_TYPE));
	}

	void learn(List<HttpMessageWriter<?>> writers) {
		Writers client = this.client;
		if (client == null || client.messageWriters() != writers) {
			this.client = new Writers(writers);
		}
	}

	/** An encoding in progress, and its result. */
	private final class Encoding extends CompletableFuture<LimitedRequest> implements CoreSubscriber<Void> {

		private final RecordedRequest recorded;

		/** Null if the client's writers are not known. */
		private final @Nullable Writers client;

		private final CoreSubscriber<?> caller;

		private volatile @Nullable Subscription subscription;

		private Encoding(RecordedRequest recorded, @Nullable Writers client, CoreSubscriber<?> caller) {
			this.recorded = recorded;
			this.client = client;
			this.caller = caller;
		}

		private void start() {
			Mono<Void> encoded;
			try {
				encoded = this.recorded.request()
					.body()
					.insert(this.recorded, (this.client != null) ? this.client : Defaults.WRITERS);
			}
			catch (RuntimeException ex) {
				encoded = Mono.error(ex);
			}
			encoded.subscribe(this);
		}

		@Override
		public void onSubscribe(Subscription subscription) {
			this.subscription = subscription;
			if (isDone()) {
				subscription.cancel();
			}
			else {
				subscription.request(Long.MAX_VALUE);
			}
		}

		@Override
		public void onNext(Void nothing) {
			// there is none
		}

		@Override
		public void onComplete() {
			complete(result());
		}

		private LimitedRequest result() {
			ClientRequest request = this.recorded.request();
			boolean kept = this.recorded.isKept();
			ModelRequest facts = (kept && isReadable(this.recorded.getHeaders())) ? this.recorded.facts()
					: ModelRequest.NONE;
			// the client encodes a body again that is not kept, and shows its writers
			return (kept && this.client != null)
					? new LimitedRequest(request, BodyEncoder.this, facts, this.recorded, this.client.messageWriters())
					: new LimitedRequest(request, BodyEncoder.this, facts);
		}

		@Override
		public void onError(Throwable failure) {
			if (this.client == null) {
				onComplete();
			}
			else if (!completeExceptionally(asOfClient(failure))) {
				Operators.onErrorDropped(failure, currentContext());
			}
		}

		/**
		 * A body that cannot be encoded fails the request as it does without this filter.
		 */
		private Throwable asOfClient(Throwable failure) {
			ClientRequest request = this.recorded.request();
			return (failure instanceof CodecException || !(failure instanceof Exception exception)) ? failure
					: new WebClientRequestException(exception, request.method(), request.url(), request.headers());
		}

		@Override
		public boolean cancel(boolean mayInterrupt) {
			boolean cancelled = super.cancel(mayInterrupt);
			Subscription subscription = this.subscription;
			if (cancelled && subscription != null) {
				subscription.cancel();
			}
			return cancelled;
		}

		@Override
		public Context currentContext() {
			return this.caller.currentContext();
		}

	}

	private record Writers(List<HttpMessageWriter<?>> messageWriters) implements BodyInserter.Context {

		@Override
		public Optional<ServerHttpRequest> serverRequest() {
			return Optional.empty();
		}

		@Override
		public Map<String, Object> hints() {
			return Map.of();
		}

	}

	private static final class Defaults {

		private static final Writers WRITERS = new Writers(ExchangeStrategies.withDefaults()
			.messageWriters()
			.stream()
			.<HttpMessageWriter<?>>map(ValueWriter::new)
			.toList());

	}

	/**
	 * Writes values, which can be written twice, but no publishers.
	 */
	private record ValueWriter<T>(HttpMessageWriter<T> writer) implements HttpMessageWriter<T> {

		@Override
		public List<MediaType> getWritableMediaTypes() {
			return this.writer.getWritableMediaTypes();
		}

		@Override
		public boolean canWrite(ResolvableType type, @Nullable MediaType mediaType) {
			return this.writer.canWrite(type, mediaType);
		}

		@Override
		public Mono<Void> write(Publisher<? extends T> body, ResolvableType type, @Nullable MediaType mediaType,
				ReactiveHttpOutputMessage message, Map<String, Object> hints) {
			return (body instanceof Callable) ? this.writer.write(body, type, mediaType, message, hints) : Mono.empty();
		}

	}

}
