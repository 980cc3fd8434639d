package io.github.ratelimit.store.redis.bucket4j;

import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.proxy.AsyncProxyManager;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.bucket4j.distributed.proxy.RemoteAsyncBucketBuilder;
import io.github.bucket4j.distributed.proxy.RemoteBucketBuilder;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.redis.RedisStoreSettings;
import io.github.ratelimit.store.redis.client.ScriptClient;
import io.github.ratelimit.store.redis.client.ScriptClientFactory;
import io.github.ratelimit.store.redis.script.LuaScript;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Bucket4j's {@link ProxyManager} over Spring's connections to Redis: ordinary Bucket4j
 * buckets, shared by all instances of an application. A command is one call of a script
 * that runs in Redis, by its clock: there are no conflicts and therefore no retries.
 * <pre>{@code
 * BucketConfiguration tenAMinute = BucketConfiguration.builder()
 *     .addLimit((limit) -> limit.capacity(10).refillGreedy(10, Duration.ofMinutes(1)))
 *     .build();
 * boolean allowed = buckets.getProxy("user:42", () -> tenAMinute).tryConsume(1);
 * }</pre> Everything that a bucket can do works, also asynchronous, blocking, scheduled
 * and verbose; what does not is at the end. Buckets behave as Bucket4j's local ones do,
 * with these differences:
 * <ul>
 * <li>Time is that of Redis, in microseconds, and waits are whole microseconds, rounded
 * up where Bucket4j rounds down to the nanosecond: a call after the reported wait is
 * accepted.</li>
 * <li>A command takes no longer than the deadline. Then it fails with Bucket4j's
 * {@link io.github.bucket4j.TimeoutException}, and if Redis fails with its
 * {@link io.github.bucket4j.BucketExceptions.BucketExecutionException}. After a timeout
 * Redis may have executed it; nothing is sent again.</li>
 * <li>Every key expires: a bucket is removed from Redis a second after it is full again,
 * and is new at its next use. This changes nothing, except that its intervals, unless
 * they are aligned, start again. If something would be lost, as with tokens forced in
 * above the capacity, and initial tokens other than the capacity, it stays for 30 days
 * after the last change. Reading a new bucket that is full stores nothing.</li>
 * <li>The configuration that a bucket was built with applies. If Redis has the bucket
 * with another one, the tokens that are left, and the elapsed part of an interval, are
 * converted in proportion; tokens above the capacity are lost. A supplier of
 * configurations is called at the first use of a bucket; its result applies to buckets of
 * that key that are built within the next minute or two.</li>
 * <li>An interrupted thread still gets the reply, and stays interrupted. Blocking methods
 * that throw {@link InterruptedException} do so before they take anything.</li>
 * <li>Keys of Redis are the prefix, {@code :1:#bucket:}, and the bucket's key as it is:
 * do not use secrets as keys.</li>
 * </ul>
 * Not supported, with an {@link UnsupportedOperationException} or
 * {@link IllegalArgumentException} that names the alternative, are: adaptive initial
 * tokens, intervals of fractions of a microsecond, numbers that cannot be counted exactly
 * (tokens times microseconds of a period, in lowest terms, have to stay below 2^53),
 * replacing the configuration of a bucket, versions of configurations, optimizations, and
 * the recovery strategy that throws. Clock and expiration cannot be chosen.
 * <p>
 * Thread-safe.
 */
public final class RedisBuckets implements ProxyManager<String>, AutoCloseable {

	private static final Log logger = LogFactory.getLog(RedisBuckets.class);

	private static final byte[][] NO_ARGUMENTS = {};

	private static final byte[][] FIND = { RedisKeyNames.bytes("find") };

	private final ScriptClient redis;

	private final Scripts scripts;

	private final RedisKeyNames names;

	private final BucketCalls calls;

	private final RecentConfigurations recent;

	private final AsyncProxyManager<String> async = new Async();

	RedisBuckets(ScriptClient redis, Scripts scripts, String keyPrefix, Duration deadline, TimeSource time) {
		this.redis = redis;
		this.scripts = scripts;
		this.names = new RedisKeyNames(keyPrefix);
		this.calls = new BucketCalls(redis, deadline, time);
		this.recent = new RecentConfigurations(time);
	}

	/**
	 * Creates a manager of buckets and starts to connect it, in the background.
	 * @param connectionFactory the application's connections; for Lettuce, separate
	 * connections to the same target are used
	 * @param keyPrefix what all keys in Redis begin with, not empty, without braces
	 * @param deadline how long a command may take, positive
	 * @return the manager, to be closed
	 * @throws IllegalArgumentException if prefix or deadline are out of range
	 */
	public static RedisBuckets create(RedisConnectionFactory connectionFactory, String keyPrefix, Duration deadline) {
		RedisStoreSettings.check(keyPrefix, deadline);
		Scripts scripts = Scripts.load(UnaryOperator.identity());
		RedisBuckets buckets = new RedisBuckets(ScriptClientFactory.scripts(connectionFactory, scripts.command()),
				scripts, keyPrefix, deadline, TimeSource.system());
		buckets.connect();
		return buckets;
	}

	/** Reads no existing bucket, so that the first command need not connect. */
	private void connect() {
		this.redis.run(this.scripts.command(), new byte[][] { name(".connect") }, FIND).exceptionally((failure) -> {
			logger.debug("No connection yet for buckets in Redis", failure);
			return null;
		});
	}

	@Override
	public RemoteBucketBuilder<String> builder() {
		return new RedisBucketBuilder.Blocking(this);
	}

	BucketCalls.Executor executor(String key, @Nullable BucketConfigurationEncoding encoding) {
		return this.calls.executor(key, name(key), this.scripts.command(), this.recent, encoding);
	}

	private byte[] name(String key) {
		return this.names.ofBucket(Objects.requireNonNull(key, "The key of a bucket must not be null"));
	}

	/**
	 * Returns the configuration that a bucket in Redis was last used with.
	 * @param key the bucket's key
	 * @return the configuration, empty if Redis does not have the bucket: a full one is
	 * not kept
	 */
	@Override
	public Optional<BucketConfiguration> getProxyConfiguration(String key) {
		return this.calls.call(this.scripts.command(), name(key), FIND, RedisBuckets::configuration);
	}

	private static Optional<BucketConfiguration> configuration(byte[] state) {
		return (state.length == 0) ? Optional.empty() : Optional.of(BucketConfigurationEncoding.read(state));
	}

	/**
	 * Removes a bucket from Redis. It is new at its next use.
	 * @param key the bucket's key
	 */
	@Override
	public void removeProxy(String key) {
		this.recent.forget(key);
		this.calls.call(this.scripts.reset(), name(key), NO_ARGUMENTS, (answer) -> answer);
	}

	/**
	 * Returns whether there are asynchronous buckets.
	 * @return true
	 */
	@Override
	public boolean isAsyncModeSupported() {
		return true;
	}

	@Override
	public AsyncProxyManager<String> asAsync() {
		return this.async;
	}

	/** Closes the connections of this manager. The application's stay open. */
	@Override
	public void close() {
		this.redis.close();
	}

	/** The same, asynchronous. */
	private final class Async implements AsyncProxyManager<String> {

		@Override
		public RemoteAsyncBucketBuilder<String> builder() {
			return new RedisBucketBuilder.Async(RedisBuckets.this);
		}

		@Override
		public CompletableFuture<Optional<BucketConfiguration>> getProxyConfiguration(String key) {
			return RedisBuckets.this.calls.callAsync(RedisBuckets.this.scripts.command(), name(key), FIND,
					RedisBuckets::configuration);
		}

		@Override
		public CompletableFuture<Void> removeProxy(String key) {
			RedisBuckets.this.recent.forget(key);
			return RedisBuckets.this.calls
				.callAsync(RedisBuckets.this.scripts.reset(), name(key), NO_ARGUMENTS, (answer) -> answer)
				.thenAccept((answer) -> {
				});
		}

	}

	/**
	 * The scripts of buckets.
	 *
	 * @param command runs a command of one bucket, or returns its stored state
	 * @param reset removes one bucket
	 */
	record Scripts(LuaScript command, LuaScript reset) {

		/** Loads them with texts that tests change to control the time. */
		static Scripts load(UnaryOperator<String> edit) {
			return new Scripts(LuaScript.of(edit, "common", "records", "token-bucket", "bucket4j"),
					LuaScript.of(edit, "reset"));
		}

	}

}
