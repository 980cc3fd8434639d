package io.github.ratelimit.store.redis;

import io.github.ratelimit.TimeSource;
import java.util.concurrent.CompletableFuture;

/**
 * What a call did not need, on its way back. It is sent once: what gets lost on the way
 * is lost.
 */
final class GiveBack {

	private GiveBack() {
	}

	/** Gives permits back to the state that they came from. */
	static CompletableFuture<byte[]> send(long permits, SeenState from, KnownKey key, Nodes.Node node,
			RedisScripts redis, Script script, TimeSource time) {
		byte[] state = LimitTerms.buffer(Double.BYTES + Integer.BYTES)
			.putDouble(from.time())
			.putInt(from.origin())
			.array();
		key.forgetState(time.nanoTime());
		CompletableFuture<byte[]> answer = redis.run(script, new byte[][] { key.name() }, from.terms().terms(permits),
				state, number(permits), key.newOrigin());
		return answer.whenComplete((bytes, failure) -> {
			if (failure != null) {
				node.failed(failure, key.name());
			}
			key.forgetState(time.nanoTime());
		});
	}

	private static byte[] number(long permits) {
		return LimitTerms.buffer(Double.BYTES).putDouble(permits).array();
	}

}
