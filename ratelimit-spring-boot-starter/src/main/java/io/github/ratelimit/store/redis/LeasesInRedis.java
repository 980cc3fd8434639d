package io.github.ratelimit.store.redis;

import io.github.ratelimit.TimeSource;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;

/** Takes leases from Redis and gives them back, nobody waiting for it. */
final class LeasesInRedis implements Leases {

	private final RedisScripts redis;

	private final Scripts scripts;

	private final Nodes nodes;

	private final TimeSource time;

	private final ScheduledExecutorService scheduler;

	private final GiveBacks giveBacks;

	LeasesInRedis(RedisScripts redis, Scripts scripts, Nodes nodes, GiveBacks giveBacks, TimeSource time,
			ScheduledExecutorService scheduler) {
		this.giveBacks = giveBacks;
		this.redis = redis;
		this.scripts = scripts;
		this.nodes = nodes;
		this.time = time;
		this.scheduler = scheduler;
	}

	@Override
	public void take(KeyLease lease, LevelScale scale, long permits) {
		KnownKey key = lease.key();
		Nodes.Node node = this.nodes.of(key.name());
		if (node.isOpen()) {
			lease.taken(permits, null);
			return;
		}
		long asked = this.time.nanoTime();
		CompletableFuture<byte[]> asking = this.redis.run(this.scripts.take(), new byte[][] { key.name() },
				LimitTerms.withFresh(scale.terms(permits), key.newOrigin()));
		Answers.orLost(asking).whenComplete((bytes, failure) -> {
			if (failure != null) {
				node.failed(failure, key.name());
				lease.taken(permits, null);
				return;
			}
			long now = this.time.nanoTime();
			node.answered(now - asked);
			ByteBuffer answer = ByteBuffer.wrap(bytes);
			boolean granted = answer.get() == Question.GRANTED;
			SeenLevels state = SeenLevels.read(answer, scale, asked, now);
			key.saw(state);
			lease.taken(permits, granted ? state : null);
		});
	}

	@Override
	public CompletableFuture<?> giveBack(KeyLease lease, SeenLevels from, long permits) {
		return this.giveBacks.send(permits, from, lease.key());
	}

	@Override
	public ScheduledExecutorService scheduler() {
		return this.scheduler;
	}

}
