package io.github.ratelimit.store.redis;

import io.github.ratelimit.TimeSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Permits on their way back. It is sent once: what gets lost on the way is lost. */
final class GiveBack {

	private final CompletableFuture<byte[]> answer;

	private final KnownKey key;

	private final TimeSource time;

	private GiveBack(CompletableFuture<byte[]> answer, KnownKey key, TimeSource time) {
		this.answer = answer;
		this.key = key;
		this.time = time;
	}

	static GiveBack send(long permits, SeenState from, KnownKey key, Nodes.Node node, RedisScripts redis, Script script,
			TimeSource time) {
		byte[] origin = LevelScale.buffer(Integer.BYTES).putInt(from.origin()).array();
		key.forgetState(time.nanoTime());
		CompletableFuture<byte[]> answer = redis.run(script, new byte[][] { key.name() }, from.scale().costs(permits),
				from.scale().rates(), origin);
		answer.whenComplete((bytes, failure) -> {
			if (failure != null) {
				node.failed(failure, key.name());
			}
		});
		return new GiveBack(answer, key, time);
	}

	CompletableFuture<byte[]> answer() {
		return this.answer;
	}

	void await(long nanos) {
		try {
			this.answer.get(nanos, TimeUnit.NANOSECONDS);
			this.key.forgetState(this.time.nanoTime());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			return;
		}
	}

}
