package io.github.ratelimit.store.redis.client;

import io.github.ratelimit.store.redis.script.LuaScript;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Scripts that several stores of a test share: they stay when a store is closed. */
public record UnclosedScriptClient(ScriptClient redis) implements ScriptClient {

	@Override
	public CompletableFuture<byte[]> run(LuaScript script, byte[][] keys, byte[]... args) {
		return this.redis.run(script, keys, args);
	}

	@Override
	public String node(byte[] key) {
		return this.redis.node(key);
	}

	@Override
	public boolean isCluster() {
		return this.redis.isCluster();
	}

	@Override
	public List<Integer> slots() {
		return this.redis.slots();
	}

	@Override
	public void reconnect(byte[] key) {
		this.redis.reconnect(key);
	}

	@Override
	public void close() {
		// the test closes the shared client
	}

}
