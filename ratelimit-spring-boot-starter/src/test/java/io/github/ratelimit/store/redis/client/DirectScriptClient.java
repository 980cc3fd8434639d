package io.github.ratelimit.store.redis.client;

import io.github.ratelimit.store.redis.script.LuaScript;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Scripts whose replies are there when a call returns: with a manual time, none is late
 * because the machine is busy.
 */
public final class DirectScriptClient extends ForwardingScriptClient {

	public DirectScriptClient(ScriptClient redis) {
		super(redis);
	}

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

}
