package io.github.ratelimit.client.reactive;

import io.github.ratelimit.client.ClientCall;
import io.github.ratelimit.client.SendFailures;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * A request from the queue to the end of its response, to be subscribed to once. Whenever
 * its subscriber cancels, its call ends: in the queue, while it is sent, between head and
 * body, or within the body.
 */
final class Attempt extends Mono<ClientResponse> implements CountedBody.Reader {

	private final CompletableFuture<ClientCall> admission;

	private final ClientRequest request;

	private final ExchangeFunction next;

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
	 * @param request the request as it is sent
	 * @param next sends it
	 */
	Attempt(CompletableFuture<ClientCall> admission, ClientRequest request, ExchangeFunction next) {
		this.admission = admission;
		this.request = request;
		this.next = next;
	}

	/** Sends the request when it is admitted, and reads the bodies of errors. */
	Mono<ClientResponse> withErrorsRead() {
		return flatMap((response) -> isError(response) ? ErrorResponseBody.readAll(response) : Mono.just(response));
	}

	/** Sends the request when it is admitted. */
	@Override
	public void subscribe(CoreSubscriber<? super ClientResponse> caller) {
		if (isAdmitted()) {
			send(caller);
			return;
		}
		this.admission.whenComplete((call, failure) -> {
			if (this.cancelled) {
				endUnread();
			}
		});
		Mono.fromFuture(this.admission).then(this).doOnCancel(this::cancel).subscribe(caller);
	}

	private boolean isAdmitted() {
		return this.admission.isDone() && !this.admission.isCompletedExceptionally();
	}

	private ClientCall call() {
		return this.admission.join();
	}

	private void send(CoreSubscriber<? super ClientResponse> caller) {
		Receiving receiving = new Receiving(caller);
		caller.onSubscribe(receiving);
		this.sent = true;
		if (this.cancelled) {
			// within onSubscribe
			call().notSent();
			return;
		}
		Mono<ClientResponse> response;
		try {
			response = Objects.requireNonNull(this.next.exchange(this.request), "No response from the next filter");
		}
		catch (Throwable failure) {
			Exceptions.throwIfFatal(failure);
			response = Mono.error(failure);
		}
		response.subscribe(receiving);
	}

	private static boolean isError(ClientResponse response) {
		return ClientCall.needsBody(response.statusCode().value());
	}

	/** Returns a response whose body ends the call. */
	private ClientResponse counted(ClientResponse response) {
		if (isError(response)) {
			ErrorResponseBody error = new ErrorResponseBody(this::begin, call(), response);
			this.error = error;
			return new CountedResponse(response, error);
		}
		call().head(response.statusCode().value(), response.headers().asHttpHeaders()::getFirst, null);
		return new CountedResponse(response, this);
	}

	@Override
	public void begin() {
		this.bodySubscribed = true;
	}

	@Override
	public void read(ByteBuffer piece) {
		call().body(piece);
	}

	@Override
	public void end() {
		call().close();
	}

	private void cancel() {
		this.cancelled = true;
		endUnread();
	}

	/** Ends the call unless its body does. */
	private void endUnread() {
		if (this.bodySubscribed || !isAdmitted()) {
			return;
		}
		ErrorResponseBody error = this.error;
		if (error != null) {
			error.report();
		}
		else if (this.sent) {
			call().close();
		}
		else {
			call().notSent();
		}
	}

	/**
	 * Receives the response, and ends the call unless there is one that does. One
	 * operator does what would otherwise take one for each kind of signal.
	 */
	private final class Receiving extends Operators.DeferredSubscription implements CoreSubscriber<ClientResponse> {

		private final CoreSubscriber<? super ClientResponse> caller;

		private boolean done;

		private Receiving(CoreSubscriber<? super ClientResponse> caller) {
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
				counted = counted(response);
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
			SendFailures.end(call(), failure);
			this.caller.onError(failure);
		}

		@Override
		public void onComplete() {
			if (!this.done) {
				this.done = true;
				call().close();
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
