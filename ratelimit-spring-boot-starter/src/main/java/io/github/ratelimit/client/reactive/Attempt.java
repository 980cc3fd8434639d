package io.github.ratelimit.client.reactive;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.github.ratelimit.client.ClientCall;
import io.github.ratelimit.client.SendFailures;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.client.ClientResponse;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * A request from the queue to the end of its response. Whenever its subscriber cancels,
 * its call ends: in the queue, while it is sent, between head and body, or within the
 * body.
 */
final class Attempt {

	/**
	 * What the codecs of a client read of a body at most, unless configured.
	 */
	private static final int MAX_ERROR_BYTES = 256 * 1024;

	private final CompletableFuture<ClientCall> admission;

	private final Supplier<Mono<ClientResponse>> exchange;

	private volatile boolean sent;

	private volatile boolean cancelled;

	private volatile @Nullable ErrorResponseBody error;

	/**
	 * From then on the body ends the call, since to cancel it cancels the response, too.
	 */
	private volatile boolean bodySubscribed;

	/**
	 * Creates an attempt.
	 * @param admission the request's position in the queue
	 * @param exchange sends the request
	 */
	Attempt(CompletableFuture<ClientCall> admission, Supplier<Mono<ClientResponse>> exchange) {
		this.admission = admission;
		this.exchange = exchange;
	}

	/** Sends the request when it is admitted. */
	Mono<ClientResponse> send() {
		return response(false);
	}

	/** Sends the request when it is admitted, and reads the bodies of errors. */
	Mono<ClientResponse> sendAndReadErrors() {
		return response(true);
	}

	private Mono<ClientResponse> response(boolean readErrors) {
		if (isAdmitted()) {
			return exchange(this.admission.join(), readErrors);
		}
		this.admission.whenComplete((call, failure) -> {
			if (this.cancelled) {
				end();
			}
		});
		return Mono.fromFuture(this.admission).flatMap((call) -> exchange(call, readErrors)).doOnCancel(this::cancel);
	}

	private boolean isAdmitted() {
		return this.admission.isDone() && !this.admission.isCompletedExceptionally();
	}

	private Mono<ClientResponse> exchange(ClientCall call, boolean readErrors) {
		Mono<ClientResponse> response = new Exchange(call, readErrors);
		return readErrors ? response.flatMap((head) -> isError(head) ? read(call, head) : Mono.just(head)) : response;
	}

	private static boolean isError(ClientResponse response) {
		return ClientCall.needsBody(response.statusCode().value());
	}

	/** Returns a response whose body ends the call. */
	private ClientResponse counted(ClientCall call, ClientResponse response) {
		if (isError(response)) {
			return new CountedResponse(response, error(call, response));
		}
		call.head(response.statusCode().value(), response.headers().asHttpHeaders()::getFirst, null);
		return new CountedResponse(response, new Body(call));
	}

	/** Returns the response of an error after its body has been read. */
	private Mono<ClientResponse> read(ClientCall call, ClientResponse response) {
		Flux<DataBuffer> body = new CountedBody(response.body(BodyExtractors.toDataBuffers()), error(call, response));
		return DataBufferUtils.join(body, MAX_ERROR_BYTES)
			.map(Attempt::bytes)
			.defaultIfEmpty(new byte[0])
			.map((bytes) -> response.mutate().body((read) -> flux(bytes)).build());
	}

	private ErrorResponseBody error(ClientCall call, ClientResponse response) {
		ErrorResponseBody error = new ErrorResponseBody(this::bodyBegins, call, response);
		this.error = error;
		return error;
	}

	private void bodyBegins() {
		this.bodySubscribed = true;
	}

	private static byte[] bytes(DataBuffer buffer) {
		byte[] bytes = new byte[buffer.readableByteCount()];
		buffer.read(bytes);
		DataBufferUtils.release(buffer);
		return bytes;
	}

	private static Flux<DataBuffer> flux(byte[] bytes) {
		return Flux.defer(() -> Flux.just(DefaultDataBufferFactory.sharedInstance.wrap(bytes)));
	}

	private void cancel() {
		this.cancelled = true;
		end();
	}

	private void end() {
		if (this.bodySubscribed || !isAdmitted()) {
			return;
		}
		ClientCall call = this.admission.join();
		ErrorResponseBody error = this.error;
		if (error != null) {
			error.report();
		}
		else if (this.sent) {
			call.close();
		}
		else {
			call.notSent();
		}
	}

	/** The body of a response, which ends the call. */
	private final class Body implements CountedBody.Reader {

		private final ClientCall call;

		private Body(ClientCall call) {
			this.call = call;
		}

		@Override
		public void begin() {
			bodyBegins();
		}

		@Override
		public void read(ByteBuffer piece) {
			this.call.body(piece);
		}

		@Override
		public void end() {
			this.call.close();
		}

	}

	/**
	 * Sends the request once, and ends its call unless there is a response that does. One
	 * operator does what would otherwise take one for each kind of signal.
	 */
	private final class Exchange extends Mono<ClientResponse> {

		private final ClientCall call;

		private final boolean readErrors;

		private Exchange(ClientCall call, boolean readErrors) {
			this.call = call;
			this.readErrors = readErrors;
		}

		@Override
		public void subscribe(CoreSubscriber<? super ClientResponse> caller) {
			Receiving receiving = new Receiving(this, caller);
			caller.onSubscribe(receiving);
			Attempt.this.sent = true;
			if (Attempt.this.cancelled) {
				// within onSubscribe
				this.call.notSent();
				return;
			}
			Mono<ClientResponse> response;
			try {
				response = Objects.requireNonNull(Attempt.this.exchange.get(), "No response from the next filter");
			}
			catch (Throwable failure) {
				Exceptions.throwIfFatal(failure);
				response = Mono.error(failure);
			}
			response.subscribe(receiving);
		}

	}

	private final class Receiving extends Operators.DeferredSubscription implements CoreSubscriber<ClientResponse> {

		private final Exchange exchange;

		private final CoreSubscriber<? super ClientResponse> caller;

		private boolean done;

		private Receiving(Exchange exchange, CoreSubscriber<? super ClientResponse> caller) {
			this.exchange = exchange;
			this.caller = caller;
		}

		@Override
		public void onSubscribe(Subscription response) {
			set(response);
		}

		@Override
		public void onNext(ClientResponse response) {
			ClientResponse counted;
			try {
				boolean raw = this.exchange.readErrors && isError(response);
				counted = raw ? response : counted(this.exchange.call, response);
			}
			catch (Throwable failure) {
				super.cancel();
				onError(Operators.onOperatorError(null, failure, response, currentContext()));
				return;
			}
			this.done = true;
			this.caller.onNext(counted);
			this.caller.onComplete();
		}

		@Override
		public void onError(Throwable failure) {
			if (this.done) {
				Operators.onErrorDropped(failure, currentContext());
				return;
			}
			this.done = true;
			SendFailures.end(this.exchange.call, failure);
			this.caller.onError(failure);
		}

		@Override
		public void onComplete() {
			if (!this.done) {
				this.done = true;
				this.exchange.call.close();
				this.caller.onComplete();
			}
		}

		@Override
		public void cancel() {
			Attempt.this.cancel();
			super.cancel();
		}

		@Override
		public Context currentContext() {
			return this.caller.currentContext();
		}

	}

}
