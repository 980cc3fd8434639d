package io.github.ratelimit.client.reactive;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.github.ratelimit.client.ClientCall;
import io.github.ratelimit.client.SendFailures;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.client.ClientResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

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
			return exchange(this.admission.join(), readErrors).doOnCancel(this::cancel);
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
		Mono<ClientResponse> response = Mono.defer(() -> begin(call))
			.doOnError((failure) -> SendFailures.end(call, failure))
			.switchIfEmpty(Mono.fromRunnable(call::close));
		return readErrors
				? response.flatMap((head) -> isError(head) ? read(call, head) : Mono.just(counted(call, head)))
				: response.map((head) -> counted(call, head));
	}

	private Mono<ClientResponse> begin(ClientCall call) {
		this.sent = true;
		if (this.cancelled) {
			// within onSubscribe, which comes before this
			call.notSent();
			return Mono.empty();
		}
		return this.exchange.get();
	}

	private static boolean isError(ClientResponse response) {
		return ClientCall.needsBody(response.statusCode().value());
	}

	/** Returns a response whose body ends the call. */
	private ClientResponse counted(ClientCall call, ClientResponse response) {
		if (isError(response)) {
			ErrorResponseBody error = error(call, response);
			return response.mutate().body((body) -> reporting(body, error)).build();
		}
		call.head(response.statusCode().value(), response.headers().asHttpHeaders()::getFirst, null);
		return response.mutate()
			.body((body) -> new CountedBody(body, this::bodyBegins, call::body, call::close))
			.build();
	}

	/** Returns the response of an error after its body has been read. */
	private Mono<ClientResponse> read(ClientCall call, ClientResponse response) {
		Flux<DataBuffer> body = reporting(response.body(BodyExtractors.toDataBuffers()), error(call, response));
		return DataBufferUtils.join(body, MAX_ERROR_BYTES)
			.map(Attempt::bytes)
			.defaultIfEmpty(new byte[0])
			.map((bytes) -> response.mutate().body((read) -> flux(bytes)).build());
	}

	private ErrorResponseBody error(ClientCall call, ClientResponse response) {
		ErrorResponseBody error = new ErrorResponseBody(call, response);
		this.error = error;
		return error;
	}

	private Flux<DataBuffer> reporting(Flux<DataBuffer> body, ErrorResponseBody error) {
		return new CountedBody(body, this::bodyBegins, error::keep, error::report);
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

}
