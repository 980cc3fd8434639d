package io.github.ratelimit.client.reactive;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import reactor.core.publisher.Mono;

/**
 * Limits a builder's clients after all other filters, also after those that are added
 * later. For this it has to be the first filter of the builder: Spring joins the filters
 * with {@link #andThen}, from the first to the last. If the application puts a filter
 * before it, the limit comes at its own place in the list.
 */
final class LastFilter implements ExchangeFilterFunction {

	private final RateLimitExchangeFilter limit;

	private final @Nullable ExchangeFilterFunction others;

	/** Whether others were joined to it. If not, the limit comes after it in the list. */
	private final boolean first;

	LastFilter(RateLimitExchangeFilter limit) {
		this(limit, null, false);
	}

	private LastFilter(RateLimitExchangeFilter limit, @Nullable ExchangeFilterFunction others, boolean first) {
		this.limit = limit;
		this.others = others;
		this.first = first;
	}

	/** Becomes the first filter, and the limit the last one of those there are now. */
	void addTo(List<ExchangeFilterFunction> filters) {
		filters.add(0, this);
		filters.add(this.limit);
	}

	/** Returns whether the client is chosen by the address of each request. */
	boolean isMatching() {
		return this.limit.isMatching();
	}

	@Override
	public ExchangeFilterFunction andThen(ExchangeFilterFunction other) {
		ExchangeFilterFunction joined = (this.others != null) ? this.others.andThen(other) : other;
		return new LastFilter(this.limit, (other != this.limit) ? joined : this.others, true);
	}

	/**
	 * Other filters may change the address, as a load balancer does, and the thread, as
	 * those do that wait for a token.
	 */
	@Override
	public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
		if (this.others == null) {
			return this.first ? this.limit.filter(request, next) : next.exchange(request);
		}
		return this.others.filter(request, this.limit.limited(request, next));
	}

}
