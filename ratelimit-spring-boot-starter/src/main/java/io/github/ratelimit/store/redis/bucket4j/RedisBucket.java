package io.github.ratelimit.store.redis.bucket4j;

import io.github.bucket4j.BlockingBucket;
import io.github.bucket4j.BlockingStrategy;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketListener;
import io.github.bucket4j.UninterruptibleBlockingStrategy;
import io.github.bucket4j.VerboseBlockingBucket;
import io.github.bucket4j.VerboseResult;
import io.github.bucket4j.distributed.BucketProxy;
import io.github.bucket4j.distributed.proxy.DefaultBucketProxy;
import io.github.bucket4j.distributed.proxy.RecoveryStrategy;
import java.util.function.Supplier;

/**
 * Bucket4j's bucket, except that methods which throw {@link InterruptedException} do so
 * before anything is taken. Thread-safe.
 */
final class RedisBucket extends DefaultBucketProxy {

	private final Supplier<BucketConfiguration> configuration;

	private final BucketCalls.Executor executor;

	RedisBucket(Supplier<BucketConfiguration> configuration, BucketCalls.Executor executor, BucketListener listener) {
		super(configuration, executor, RecoveryStrategy.RECONSTRUCT, null, listener);
		this.configuration = configuration;
		this.executor = executor;
	}

	@Override
	public BucketProxy toListenable(BucketListener listener) {
		return new RedisBucket(this.configuration, this.executor, listener);
	}

	@Override
	public BlockingBucket asBlocking() {
		return new Blocking(super.asBlocking());
	}

	private static void checkInterrupted() throws InterruptedException {
		if (Thread.interrupted()) {
			throw new InterruptedException("The thread was interrupted before it asked for tokens: none were taken");
		}
	}

	private record Blocking(BlockingBucket bucket) implements BlockingBucket {

		@Override
		public boolean tryConsume(long tokens, long maxWaitNanos, BlockingStrategy strategy)
				throws InterruptedException {
			checkInterrupted();
			return this.bucket.tryConsume(tokens, maxWaitNanos, strategy);
		}

		@Override
		public boolean tryConsumeUninterruptibly(long tokens, long maxWaitNanos,
				UninterruptibleBlockingStrategy strategy) {
			return this.bucket.tryConsumeUninterruptibly(tokens, maxWaitNanos, strategy);
		}

		@Override
		public void consume(long tokens, BlockingStrategy strategy) throws InterruptedException {
			checkInterrupted();
			this.bucket.consume(tokens, strategy);
		}

		@Override
		public void consumeUninterruptibly(long tokens, UninterruptibleBlockingStrategy strategy) {
			this.bucket.consumeUninterruptibly(tokens, strategy);
		}

		@Override
		public VerboseBlockingBucket asVerbose() {
			return new VerboseBlocking(this.bucket.asVerbose());
		}

	}

	private record VerboseBlocking(VerboseBlockingBucket bucket) implements VerboseBlockingBucket {

		@Override
		public VerboseResult<Boolean> tryConsume(long tokens, long maxWaitNanos, BlockingStrategy strategy)
				throws InterruptedException {
			checkInterrupted();
			return this.bucket.tryConsume(tokens, maxWaitNanos, strategy);
		}

		@Override
		public VerboseResult<Boolean> tryConsumeUninterruptibly(long tokens, long maxWaitNanos,
				UninterruptibleBlockingStrategy strategy) {
			return this.bucket.tryConsumeUninterruptibly(tokens, maxWaitNanos, strategy);
		}

		@Override
		public VerboseResult<Void> consume(long tokens, BlockingStrategy strategy) throws InterruptedException {
			checkInterrupted();
			return this.bucket.consume(tokens, strategy);
		}

		@Override
		public VerboseResult<Void> consumeUninterruptibly(long tokens, UninterruptibleBlockingStrategy strategy) {
			return this.bucket.consumeUninterruptibly(tokens, strategy);
		}

	}

}
