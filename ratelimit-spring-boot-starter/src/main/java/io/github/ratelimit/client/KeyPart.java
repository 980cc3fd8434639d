package io.github.ratelimit.client;

/** What the quota of a provider is counted by. */
public enum KeyPart {

	/** The API key or token that the request carries; only its hash is kept. */
	CREDENTIAL,

	/** The model that the request names. */
	MODEL,

	/** The host of the request. */
	HOST

}
