package io.github.ratelimit.store.redis.bucket4j;

import io.github.bucket4j.BucketExceptions.BucketExecutionException;
import io.github.bucket4j.TimeoutException;
import io.github.bucket4j.distributed.proxy.AsyncCommandExecutor;
import io.github.bucket4j.distributed.proxy.CommandExecutor;
import io.github.bucket4j.distributed.remote.CommandResult;
import io.github.bucket4j.distributed.remote.RemoteCommand;
import io.github.bucket4j.distributed.remote.commands.CreateInitialStateAndExecuteCommand;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.redis.client.FailureReason;
import io.github.ratelimit.store.redis.client.RedisAccess;
import io.github.ratelimit.store.redis.client.ScriptClient;
import io.github.ratelimit.store.redis.script.LuaScript;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Calls of the scripts of buckets, with their deadlines. No call is sent twice.
 * Thread-safe.
 */
final class BucketCalls {

	/** A connection that gives no reply for this time, despite calls, hangs. */
	private static final long HANGING_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final long ANSWERING = Long.MIN_VALUE;

	private final ScriptClient redis;

	private final TimeSource time;

	private final Duration deadline;

	/** When the first unanswered call since the last reply was sent. */
	private final AtomicLong silentSince = new AtomicLong(ANSWERING);

	BucketCalls(ScriptClient redis, Duration deadline, TimeSource time) {
		this.redis = redis;
		this.deadline = deadline;
		this.time = time;
	}

	/**
	 * Calls a script and waits for its reply.
	 * @throws TimeoutException if there is no reply before the deadline
	 * @throws BucketExecutionException if Redis fails
	 */
	<R> R call(LuaScript script, byte[] key, byte[][] args, Function<byte[], R> reading) {
		long start = this.time.nanoTime();
		try {
			byte[] answer = RedisAccess.await(this.redis.run(script, new byte[][] { key }, args),
					start + this.deadline.toNanos(), this.time);
			answered();
			return reading.apply(answer);
		}
		catch (ExecutionException | java.util.concurrent.TimeoutException ex) {
			throw failed(key, start, ex);
		}
	}

	/** Calls a script; the future fails as the other method throws. */
	<R> CompletableFuture<R> callAsync(LuaScript script, byte[] key, byte[][] args, Function<byte[], R> reading) {
		long start = this.time.nanoTime();
		return this.redis.run(script, new byte[][] { key }, args)
			.copy()
			.orTimeout(this.deadline.toNanos(), TimeUnit.NANOSECONDS)
			.handle((answer, failure) -> {
				if (failure == null) {
					answered();
					return reading.apply(answer);
				}
				throw failed(key, start, failure);
			});
	}

	/**
	 * Returns what runs the commands of one bucket.
	 * @param key the key of the bucket
	 * @param name its name in Redis
	 * @param script runs a command
	 * @param recent the configurations of suppliers
	 * @param encoding its configuration, null if a supplier has it
	 */
	Executor executor(String key, byte[] name, LuaScript script, RecentConfigurations recent,
			@Nullable BucketConfigurationEncoding encoding) {
		return new Executor(key, name, script, recent, encoding);
	}

	private void answered() {
		if (this.silentSince.get() != ANSWERING) {
			this.silentSince.set(ANSWERING);
		}
	}

	private TimeoutException timeout(byte[] key, long start) {
		long now = this.time.nanoTime();
		long since = this.silentSince.get();
		if (since == ANSWERING) {
			this.silentSince.compareAndSet(ANSWERING, start);
		}
		else if (now - since > HANGING_NANOS && this.silentSince.compareAndSet(since, now)) {
			this.redis.reconnect(key);
		}
		return new TimeoutException(
				"Bucket " + RedisKeyNames.text(key) + ": Redis has not answered within " + this.deadline.toMillis()
						+ " ms. Whether the command was carried out is not known; it is not sent again.",
				now - start, this.deadline.toNanos());
	}

	private RuntimeException failed(byte[] key, long start, Throwable failure) {
		Throwable cause = FailureReason.cause(failure);
		if (cause instanceof java.util.concurrent.TimeoutException) {
			return timeout(key, start);
		}
		answered();
		if (FailureReason.isOfOneKey(failure)) {
			return failure(
					"there is something in Redis under this name that is not a bucket. Delete it, or give buckets "
							+ "another prefix",
					key, cause);
		}
		return failure("Redis failed: " + cause, key, cause);
	}

	private static BucketExecutionException failure(String what, byte[] key, Throwable cause) {
		BucketExecutionException exception = new BucketExecutionException(
				"Bucket " + RedisKeyNames.text(key) + ": " + what + ".");
		exception.initCause(cause);
		return exception;
	}

	/**
	 * Runs the commands of one bucket, each as one call. A command carries no
	 * configuration; while the bucket is unknown, the reply is "not found", and Bucket4j
	 * sends the command once more, together with the configuration. Thread-safe.
	 */
	final class Executor implements CommandExecutor, AsyncCommandExecutor {

		private final String key;

		private final byte[] name;

		private final LuaScript script;

		private final RecentConfigurations recent;

		private volatile @Nullable BucketConfigurationEncoding encoding;

		private Executor(String key, byte[] name, LuaScript script, RecentConfigurations recent,
				@Nullable BucketConfigurationEncoding encoding) {
			this.key = key;
			this.name = name;
			this.script = script;
			this.recent = recent;
			this.encoding = encoding;
		}

		@Override
		public <T> CommandResult<T> execute(RemoteCommand<T> command) {
			BucketConfigurationEncoding encoding = encoding(command);
			if (encoding == null) {
				return CommandResult.bucketNotFound();
			}
			BucketCommand known = BucketCommand.of(target(command));
			return call(this.script, this.name, known.arguments(encoding), (answer) -> read(known, answer, encoding));
		}

		@Override
		public <T> CompletableFuture<CommandResult<T>> executeAsync(RemoteCommand<T> command) {
			try {
				BucketConfigurationEncoding encoding = encoding(command);
				if (encoding == null) {
					return CompletableFuture.completedFuture(CommandResult.bucketNotFound());
				}
				BucketCommand known = BucketCommand.of(target(command));
				return callAsync(this.script, this.name, known.arguments(encoding),
						(answer) -> read(known, answer, encoding));
			}
			catch (RuntimeException ex) {
				return CompletableFuture.failedFuture(ex);
			}
		}

		private @Nullable BucketConfigurationEncoding encoding(RemoteCommand<?> command) {
			if (command instanceof CreateInitialStateAndExecuteCommand<?> create) {
				BucketConfigurationEncoding created = new BucketConfigurationEncoding(create.getConfiguration());
				this.recent.remember(this.key, created);
				this.encoding = created;
				return created;
			}
			BucketConfigurationEncoding known = this.encoding;
			if (known == null) {
				known = this.recent.find(this.key);
				this.encoding = known;
			}
			return known;
		}

		private static RemoteCommand<?> target(RemoteCommand<?> command) {
			return (command instanceof CreateInitialStateAndExecuteCommand<?> create) ? create.getTargetCommand()
					: command;
		}

		/** A command's result has the type of the command. */
		@SuppressWarnings("unchecked")
		private static <T> CommandResult<T> read(BucketCommand command, byte[] answer,
				BucketConfigurationEncoding encoding) {
			return (CommandResult<T>) command.result().apply(BucketCommand.Reply.read(answer, encoding));
		}

	}

}
