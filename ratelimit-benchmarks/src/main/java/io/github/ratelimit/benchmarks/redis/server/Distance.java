package io.github.ratelimit.benchmarks.redis.server;

import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Puts a network between a client and its servers: whatever is sent arrives later by a
 * fixed time, however much else is on the way.
 */
final class Distance implements NettyCustomizer {

	private final long nanos;

	Distance(Duration delay) {
		this.nanos = delay.toNanos();
	}

	@Override
	public void afterChannelInitialized(Channel channel) {
		channel.pipeline().addFirst(new Delay(this.nanos));
	}

	/** Tasks of the same delay run in the order in which they were scheduled. */
	private static final class Delay extends ChannelOutboundHandlerAdapter {

		private final long nanos;

		private Delay(long nanos) {
			this.nanos = nanos;
		}

		@Override
		public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
			context.executor().schedule(() -> context.write(message, promise), this.nanos, TimeUnit.NANOSECONDS);
		}

		@Override
		public void flush(ChannelHandlerContext context) {
			context.executor().schedule(context::flush, this.nanos, TimeUnit.NANOSECONDS);
		}

	}

}
