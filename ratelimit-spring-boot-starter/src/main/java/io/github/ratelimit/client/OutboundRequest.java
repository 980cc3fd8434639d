package io.github.ratelimit.client;

import io.github.ratelimit.permit.PassedOnCharges;
import io.github.ratelimit.provider.usage.ModelRequest;
import io.github.ratelimit.store.ChargeDecision;
import java.net.URI;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A request to a provider as an adapter of an HTTP client describes it.
 *
 * @param uri the absolute address
 * @param headers returns the first value of a header, null if there is none; takes the
 * name in any case
 * @param facts the size of the request according to its body, {@link ModelRequest#NONE}
 * if the body cannot be read
 * @param retry whether it is a further attempt of a request that was sent before
 * @param priority requests of a higher one are sent first
 * @param passedOn permits that the running call has for its requests, mostly none
 */
public record OutboundRequest(URI uri, Function<String, @Nullable String> headers, ModelRequest facts, boolean retry,
		RequestPriority priority, List<ChargeDecision> passedOn) {

	/**
	 * Creates a request of the running thread: of its priority, and with the permits that
	 * its call passes on.
	 * @param uri the absolute address
	 * @param headers returns the first value of a header, null if there is none
	 * @param facts the size of the request according to its body
	 * @param retry whether it is a further attempt
	 */
	public OutboundRequest(URI uri, Function<String, @Nullable String> headers, ModelRequest facts, boolean retry) {
		this(uri, headers, facts, retry, RequestPriority.current(), PassedOnCharges.current());
	}

	/**
	 * Creates a request of the running thread. It is a further attempt if the headers of
	 * an SDK mark it as one.
	 * @param uri the absolute address
	 * @param headers returns the first value of a header, null if there is none
	 * @param facts the size of the request according to its body
	 * @return the request
	 */
	public static OutboundRequest of(URI uri, Function<String, @Nullable String> headers, ModelRequest facts) {
		return new OutboundRequest(uri, headers, facts, Retries.isRetryOfSdk(headers));
	}

	/** Returns this request as a further attempt. */
	public OutboundRequest asRetry() {
		return new OutboundRequest(this.uri, this.headers, this.facts, true, this.priority, this.passedOn);
	}

	/**
	 * Returns this request with a priority of its own.
	 * @param priority a {@link RequestPriority}; any other object, as null, changes
	 * nothing
	 * @return the request
	 */
	public OutboundRequest withPriority(@Nullable Object priority) {
		return (priority instanceof RequestPriority own && own != this.priority)
				? new OutboundRequest(this.uri, this.headers, this.facts, this.retry, own, this.passedOn) : this;
	}

	/**
	 * Returns this request with permits that its call passes on.
	 * @param passedOn the permits; those of the thread remain if it is null
	 * @return the request
	 */
	public OutboundRequest withPassedOn(@Nullable List<ChargeDecision> passedOn) {
		return (passedOn == null || passedOn == this.passedOn) ? this
				: new OutboundRequest(this.uri, this.headers, this.facts, this.retry, this.priority, passedOn);
	}

	/** Returns the call of a client that passes its permits on, ended or not. */
	@Nullable ClientCall passedOnBy(ClientLimiter limiter) {
		for (int i = 0; i < this.passedOn.size(); i++) {
			if (this.passedOn.get(i).receipt() instanceof ClientCall call && call.isOf(limiter)) {
				return call;
			}
		}
		return null;
	}

}
