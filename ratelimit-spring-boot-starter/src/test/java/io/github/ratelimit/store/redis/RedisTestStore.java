package io.github.ratelimit.store.redis;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Limit;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.redis.client.DirectScriptClient;
import io.github.ratelimit.store.redis.client.ScriptClient;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.StoreScripts;
import io.github.ratelimit.store.redis.server.RedisServer;
import io.github.ratelimit.store.redis.server.RespConnection;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A store over a real server, whose time a test controls. */
public final class RedisTestStore {

	/** Redis's time as a list that has the form of the answer of TIME. */
	private static final String CLOCK = "test-clock";

	private static final Duration ANSWER = Duration.ofSeconds(5);

	private static final Map<RedisServer, Clock> CLOCKS = new ConcurrentHashMap<>();

	/** The time of each server. */
	private static final Map<RedisServer, TimeSource> TIMES = new ConcurrentHashMap<>();

	private RedisTestStore() {
	}

	/**
	 * Settings with a deadline that a busy machine keeps, and slots that need no renewal
	 * when the clock advances.
	 */
	public static RedisStoreSettings patient() {
		return new RedisStoreSettings(RedisStoreSettings.DEFAULT_KEY_PREFIX, Duration.ofSeconds(10), 100_000,
				OnStoreFailure.DENY, Rate.MAX_TIME_TO_FULL);
	}

	/** Returns scripts that go by the list instead of the clock, and whose keys stay. */
	public static StoreScripts turnedScripts() {
		return StoreScripts.load(RedisTestStore::turned);
	}

	/**
	 * Returns a script that uses the list instead of the clock, and whose keys stay.
	 */
	public static String turned(String text) {
		return text.replace("redis.call('TIME')", "redis.call('LRANGE', '" + CLOCK + "', 0, -1)")
			.replace("local MARGIN = 1000", "local MARGIN = 100000000");
	}

	/**
	 * Returns a time that sets the server's clock before its change is visible. Only the
	 * last time that a server was given sets it: tasks of a store that another one has
	 * replaced do not set it back.
	 */
	public static TimeSource settingTheClock(TimeSource time, RedisServer server) {
		TIMES.put(server, time);
		return new TimeSource() {

			private long last = Long.MIN_VALUE;

			@Override
			public synchronized long nanoTime() {
				long now = time.nanoTime();
				if (now != this.last && TIMES.get(server) == time) {
					set(server, time.wallTime());
					this.last = now;
				}
				return now;
			}

			@Override
			public Instant wallTime() {
				return time.wallTime();
			}

		};
	}

	/** Returns whether a store counts a limit exactly, with all debts of a test. */
	public static boolean takes(Limit limit) {
		try {
			LimitEncoding encoding = LimitEncoding.of(limit, RedisStoreSettings.DEFAULT_SLOT_LEASE);
			return limit.maxDebt() != Limit.UNBOUNDED_DEBT || limit.algorithm() != Algorithm.TOKEN_BUCKET
					|| mostDebt(encoding) > 1000.0 * limit.capacity();
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

	/**
	 * Returns the permits of the lowest level, which is -2^53 if the debt is unbounded.
	 */
	private static double mostDebt(LimitEncoding encoding) {
		ByteBuffer debts = ByteBuffer.wrap(encoding.debts()).order(ByteOrder.LITTLE_ENDIAN);
		double least = Double.MAX_VALUE;
		while (debts.hasRemaining()) {
			double unit = debts.getDouble();
			least = Math.min(least, -debts.getDouble() / unit);
		}
		return least;
	}

	/** Sets the clock of scripts with a manual time. */
	public static void set(RedisServer server, Instant now) {
		long micros = TimeUnit.NANOSECONDS.toMicros(now.getNano());
		CLOCKS.computeIfAbsent(server, Clock::new)
			.command("EVAL", "redis.call('DEL', KEYS[1]) redis.call('RPUSH', KEYS[1], ARGV[1], ARGV[2])", "1", CLOCK,
					Long.toString(now.getEpochSecond()), Long.toString(micros));
	}

	public static RedisStore store(ScriptClient redis, StoreScripts scripts, RedisStoreSettings settings,
			LimitStore local, TimeSource time, StoreObserver observer) {
		return new RedisStore(redis, scripts, settings, local, time, observer);
	}

	/** Returns a store with a manual time, alone on its server. */
	public static RedisStore turned(RedisServer server, ScriptClient redis, LimitStore fallback, TimeSource time) {
		return new RedisStore(new DirectScriptClient(redis), turnedScripts(), patient(), fallback,
				settingTheClock(time, server), StoreObserver.NONE);
	}

	/** Sends to a server over a connection that stays: clocks are set many times. */
	private static final class Clock {

		private final RedisServer server;

		private @Nullable RespConnection connection;

		private Clock(RedisServer server) {
			this.server = server;
		}

		private synchronized void command(String... words) {
			if (this.connection == null) {
				this.connection = RespConnection.open(this.server.port(), ANSWER);
			}
			try {
				this.connection.command(words);
			}
			catch (RuntimeException ex) {
				this.connection.close();
				this.connection = null;
				throw ex;
			}
		}

	}

}
