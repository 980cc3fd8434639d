package io.github.ratelimit.client.reactive;

import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.ratelimit.client.ClientCall;
import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.LimitedRequests;
import io.github.ratelimit.client.OutboundRequest;
import io.github.ratelimit.client.RequestPriority;
import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.permit.PassedOnCharges;
import io.github.ratelimit.store.ChargeDecision;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.ContextView;

/**
 * Limits the requests of a {@code WebClient}:
 * {@code WebClient.builder().filter(new RateLimitExchangeFilter(limiters))}. A queued
 * request holds no thread. One that cannot be sent in time signals a
 * {@link CallRefusedException}. Thread-safe; use one filter for each client, since it
 * learns how the client encodes bodies.
 * <p>
 * It should be the last filter: it sees the credentials that others add, and each attempt
 * of those that retry. A request that has passed one of these filters passes further ones
 * untouched.
 * <p>
 * A JSON body that is a single value is encoded before the request is queued, and these
 * bytes are sent. So its model and its size are known, and it is in memory while it is
 * queued. A body that is a stream is sent as it comes, and its size is unknown.
 */
public final class RateLimitExchangeFilter implements ExchangeFilterFunction {

	/** Marks a request that is limited already. */
	static final String LIMITED = RateLimitExchangeFilter.class.getName() + ".LIMITED";

	private final LimitedRequests requests;

	private final BodyEncoder bodies = new BodyEncoder();

	/**
	 * Creates a filter that limits the requests whose addresses match.
	 * @param limiters the clients of the configuration
	 */
	public RateLimitExchangeFilter(ClientLimiters limiters) {
		this.requests = LimitedRequests.matching(limiters);
	}

	/**
	 * Creates a filter that limits all requests.
	 * @param limiter the client of the configuration
	 */
	public RateLimitExchangeFilter(ClientLimiter limiter) {
		this.requests = LimitedRequests.all(limiter);
	}

	/** Returns whether the client is chosen by the address of each request. */
	boolean isMatching() {
		return this.requests.isMatching();
	}

	@Override
	public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
		return filter(request, Origin.of(request), next);
	}

	/**
	 * Limits a request that other filters may have changed: by its original address if
	 * the new one does not match.
	 */
	Mono<ClientResponse> filter(ClientRequest request, Origin origin, ExchangeFunction next) {
		if (request.attributes().containsKey(LIMITED)) {
			return next.exchange(request);
		}
		ClientLimiter limiter = this.requests.match(request.url());
		if (limiter == null) {
			limiter = this.requests.match(origin.url());
		}
		return (limiter == null || ClientCall.isSending(limiter)) ? next.exchange(request)
				: new LimitedExchange(limiter, request, origin, next);
	}

	private static Mono<ClientResponse> send(ClientLimiter limiter, OutboundRequest outbound, ClientRequest request,
			ExchangeFunction next, int attempts) {
		CompletableFuture<ClientCall> admission = limiter.acquireAsync(outbound);
		Attempt attempt = new Attempt(admission, request, next);
		if (attempts >= limiter.settings().retry().maxAttempts()) {
			return attempt;
		}
		return attempt.withErrorsRead().flatMap((response) -> {
			ClientCall call = admission.join();
			if (!call.mayRetry(attempts)) {
				return Mono.just(response);
			}
			return Mono.fromFuture(call.untilRetry(attempts))
				.then(Mono.defer(() -> send(limiter, outbound.asRetry(), request, next, attempts + 1)));
		});
	}

	/**
	 * Encodes a request and sends it, for each subscriber. What is complete at once needs
	 * no operators.
	 */
	private final class LimitedExchange extends Mono<ClientResponse> {

		private final ClientLimiter limiter;

		private final ClientRequest request;

		private final Origin origin;

		private final ExchangeFunction next;

		private LimitedExchange(ClientLimiter limiter, ClientRequest request, Origin origin, ExchangeFunction next) {
			this.limiter = limiter;
			this.request = request;
			this.origin = origin;
			this.next = next;
		}

		@Override
		public void subscribe(CoreSubscriber<? super ClientResponse> caller) {
			Mono<ClientResponse> response;
			try {
				CompletableFuture<LimitedRequest> encoded = RateLimitExchangeFilter.this.bodies.encode(this.request,
						caller);
				ContextView context = caller.currentContext();
				response = (encoded.isDone() && !encoded.isCompletedExceptionally()) ? send(encoded.join(), context)
						: Mono.fromFuture(encoded).flatMap((sent) -> send(sent, context));
			}
			catch (Throwable failure) {
				response = Mono.error(Operators.onOperatorError(failure, caller.currentContext()));
			}
			response.subscribe(caller);
		}

		private Mono<ClientResponse> send(LimitedRequest sent, ContextView context) {
			OutboundRequest outbound = OutboundRequest
				.of(this.request.url(), this.request.headers()::getFirst, sent.facts())
				.withPriority(this.request.attributes().getOrDefault(RequestPriority.ATTRIBUTE, this.origin.priority()))
				.withPassedOn(context.getOrDefault(PassedOnCharges.KEY, this.origin.passedOn()));
			return RateLimitExchangeFilter.send(this.limiter, outbound, sent, this.next, 1);
		}

	}

	/**
	 * What other filters may change: the address of a request, and the thread, which may
	 * have a priority and permits for it.
	 *
	 * @param url the address that the caller has written
	 * @param priority the priority of the caller's thread
	 * @param passedOn the permits of the caller's thread
	 */
	record Origin(URI url, RequestPriority priority, List<ChargeDecision> passedOn) {

		static Origin of(ClientRequest request) {
			return new Origin(request.url(), RequestPriority.current(), PassedOnCharges.current());
		}

	}

}
