package io.github.ratelimit.store.redis.client;

import io.github.ratelimit.store.redis.script.LuaScript;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Scripts whose replies are there when a call returns: with a manual time, none is late
 * because the machine is busy.
 */
public record DirectScriptClient(ScriptClient redis) implements ScriptClient {

	@Override
	public CompletableFuture<byte[]> run(LuaScript script, byte[][] keys, byte[]... args) {
		CompletableFuture<byte[]> answer = this.redis.run(script, keys, args);
		try {
			answer.join();
		}
		catch (CompletionException ex) {
			// the reply has it
			return answer;
		}
		return answer;
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
