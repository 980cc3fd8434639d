package io.github.ratelimit.benchmarks.redis.outage;

import io.github.ratelimit.benchmarks.redis.server.Polling;
import io.github.ratelimit.benchmarks.redis.server.RedisServer;
import java.time.Duration;

/** What happens to Redis while it is asked. */
enum Outage {

	/** It stops where it is, with its connections, and goes on later. */
	STOPPED(true) {

		@Override
		void begin(RedisServer server) {
			server.pause();
		}

		@Override
		void end(RedisServer server) {
			server.resume();
		}

	},

	/** It is killed, and restarts empty. */
	KILLED(false) {

		@Override
		void begin(RedisServer server) {
			server.kill();
		}

		@Override
		void end(RedisServer server) {
			server.startAgain();
		}

	},

	/** It forgets its scripts. */
	FLUSHED(true) {

		@Override
		void begin(RedisServer server) {
			server.run((commands) -> commands.scriptFlush());
		}

		@Override
		void end(RedisServer server) {
			// It was never away
		}

	};

	private final boolean keepsState;

	Outage(boolean keepsState) {
		this.keepsState = keepsState;
	}

	/** Whether Redis has afterwards what it had before. */
	boolean keepsState() {
		return this.keepsState;
	}

	abstract void begin(RedisServer server);

	abstract void end(RedisServer server);

	/** Returns from when to when it was. */
	Span happen(RedisServer server, Duration duration) {
		long begin = System.nanoTime();
		begin(server);
		Polling.sleep(duration);
		long end = System.nanoTime();
		end(server);
		return new Span(begin, end);
	}

	/**
	 * A time.
	 *
	 * @param begin when it began, in nanoseconds
	 * @param end when it ended
	 */
	record Span(long begin, long end) {

		boolean contains(long nanos) {
			return nanos - this.begin >= 0 && nanos - this.end < 0;
		}

		boolean isBefore(long nanos) {
			return nanos - this.end >= 0;
		}

	}

}
