package io.github.ratelimit.client.reactive;

import io.github.ratelimit.client.ClientCall;
import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.LimitedRequests;
import io.github.ratelimit.client.OutboundRequest;
import io.github.ratelimit.client.RequestPriority;
import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.permit.PassedOnCharges;
import io.github.ratelimit.store.ChargeDecision;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
		return limited(request, next).exchange(request);
	}

	/**
	 * Returns what limits a request and sends it, when other filters have changed it.
	 * @param request the request as the caller made it
	 * @param next sends it
	 */
	ExchangeFunction limited(ClientRequest request, ExchangeFunction next) {
		return new LimitedExchangeFunction(request.url(), next);
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
	 * Limits what other filters have made of a request. They may have changed its
	 * address, and the thread, which may have a priority and permits for it.
	 */
	private final class LimitedExchangeFunction implements ExchangeFunction {

		private final URI url;

		private final RequestPriority priority = RequestPriority.current();

		private final List<ChargeDecision> passedOn = PassedOnCharges.current();

		private final ExchangeFunction next;

		private LimitedExchangeFunction(URI url, ExchangeFunction next) {
			this.url = url;
			this.next = next;
		}

		/** The original address decides if the new one does not match. */
		@Override
		public Mono<ClientResponse> exchange(ClientRequest request) {
			if (request.attributes().containsKey(LIMITED)) {
				return this.next.exchange(request);
			}
			ClientLimiter limiter = RateLimitExchangeFilter.this.requests.match(request.url());
			if (limiter == null) {
				limiter = RateLimitExchangeFilter.this.requests.match(this.url);
			}
			return (limiter == null || ClientCall.isSending(limiter)) ? this.next.exchange(request)
					: new LimitedExchange(limiter, request, this);
		}

		private CompletableFuture<LimitedRequest> encode(ClientRequest request, CoreSubscriber<?> caller) {
			return RateLimitExchangeFilter.this.bodies.encode(request, caller);
		}

		private Mono<ClientResponse> send(ClientLimiter limiter, ClientRequest request, LimitedRequest sent,
				ContextView context) {
			OutboundRequest outbound = OutboundRequest.of(request.url(), request.headers()::getFirst, sent.facts())
				.withPriority(request.attributes().getOrDefault(RequestPriority.ATTRIBUTE, this.priority))
				.withPassedOn(context.getOrDefault(PassedOnCharges.KEY, this.passedOn));
			return RateLimitExchangeFilter.send(limiter, outbound, sent, this.next, 1);
		}

	}

	/**
	 * Encodes a request and sends it, for each subscriber. What is complete at once needs
	 * no operators.
	 */
	private static final class LimitedExchange extends Mono<ClientResponse> {

		private final ClientLimiter limiter;

		private final ClientRequest request;

		private final LimitedExchangeFunction function;

		private LimitedExchange(ClientLimiter limiter, ClientRequest request, LimitedExchangeFunction function) {
			this.limiter = limiter;
			this.request = request;
			this.function = function;
		}

		@Override
		public void subscribe(CoreSubscriber<? super ClientResponse> caller) {
			Mono<ClientResponse> response;
			try {
				CompletableFuture<LimitedRequest> encoded = this.function.encode(this.request, caller);
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
			return this.function.send(this.limiter, this.request, sent, context);
		}

	}

}
