package io.github.ratelimit.store.redis.client;

import io.github.ratelimit.store.redis.script.LuaScript;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Another client, of which tests change something. */
abstract class ForwardingScriptClient implements ScriptClient {

	final ScriptClient redis;

	ForwardingScriptClient(ScriptClient redis) {
		this.redis = redis;
	}

	@Override
	public CompletableFuture<byte[]> run(LuaScript script, byte[][] keys, byte[]... args) {
		return this.redis.run(script, keys, args);
	}

	@Override
	public String node(byte[] key) {
		return this.redis.node(key);
	}

	@Override
	public String where() {
		return this.redis.where();
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
		this.redis.close();
	}

}
