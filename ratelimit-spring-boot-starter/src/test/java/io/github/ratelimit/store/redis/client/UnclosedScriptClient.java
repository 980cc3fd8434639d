package io.github.ratelimit.store.redis.client;

/** Scripts that several stores of a test share: they stay when a store is closed. */
public final class UnclosedScriptClient extends ForwardingScriptClient {

	public UnclosedScriptClient(ScriptClient redis) {
		super(redis);
	}

	@Override
	public void close() {
		// the test closes the shared client
	}

}
