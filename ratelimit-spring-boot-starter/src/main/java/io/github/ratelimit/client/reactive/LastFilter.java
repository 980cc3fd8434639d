package io.github.ratelimit.client.reactive;

import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import reactor.core.publisher.Mono;

/**
 * Limits a builder's clients after all other filters, also after those that are added
 * later. It has to be the first filter of the builder: Spring joins the filters with
 * {@link #andThen}, from the first to the last.
 */
final class LastFilter implements ExchangeFilterFunction {

	private final RateLimitExchangeFilter limit;

	private final @Nullable ExchangeFilterFunction others;

	LastFilter(RateLimitExchangeFilter limit) {
		this(limit, null);
	}

	private LastFilter(RateLimitExchangeFilter limit, @Nullable ExchangeFilterFunction others) {
		this.limit = limit;
		this.others = others;
	}

	/** Returns whether the client is chosen by the address of each request. */
	boolean isMatching() {
		return this.limit.isMatching();
	}

	@Override
	public ExchangeFilterFunction andThen(ExchangeFilterFunction other) {
		return new LastFilter(this.limit, (this.others != null) ? this.others.andThen(other) : other);
	}

	/** Another filter may change the address, as a load balancer does. */
	@Override
	public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
		return (this.others == null) ? this.limit.filter(request, next)
				: this.others.filter(request, (changed) -> this.limit.filter(changed, request.url(), next));
	}

}
