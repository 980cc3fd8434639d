package io.github.ratelimit.benchmarks.outbound.client;

import io.github.ratelimit.test.provider.dialect.ProviderAnswer;

/** A request that is sent, as its client sees it. */
public interface Attempt {

	/** An attempt of which the client learns nothing. */
	Attempt UNOBSERVED = new Attempt() {
	};

	/**
	 * Called with the head of the response, and with its body where it is an error's.
	 */
	default void head(ProviderAnswer answer) {
	}

	/** Called when the response has ended. */
	default void end(ProviderAnswer answer) {
	}

}
