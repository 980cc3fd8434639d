package io.github.ratelimit.store.redis;

import io.github.ratelimit.TimeSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a call did not need on its way back, or what it cost beyond what it reserved on
 * its way there. Either is sent once: what gets lost on the way is lost.
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

	/** Charges more than was reserved, and counts what is forgiven. */
	static CompletableFuture<byte[]> charge(long permits, SeenState from, KnownKey key, Nodes.Node node,
			RedisScripts redis, Script script, TimeSource time, LongAdder forgiven) {
		key.forgetState(time.nanoTime());
		CompletableFuture<byte[]> answer = redis.run(script, new byte[][] { key.name() }, from.terms().terms(0),
				number(permits), from.terms().debts(), key.newOrigin());
		return answer.whenComplete((bytes, failure) -> {
			if (failure != null) {
				node.failed(failure, key.name());
			}
			else {
				forgiven.add((long) LimitTerms.buffer(bytes.length).put(bytes).getDouble(0));
			}
			key.forgetState(time.nanoTime());
		});
	}

	private static byte[] number(long permits) {
		return LimitTerms.buffer(Double.BYTES).putDouble(permits).array();
	}

}
