package io.github.ratelimit.store.redis.bucket4j;

import io.github.bucket4j.distributed.proxy.AsyncCommandExecutor;
import io.github.bucket4j.distributed.proxy.CommandExecutor;
import io.github.bucket4j.distributed.remote.CommandResult;
import io.github.bucket4j.distributed.remote.RemoteCommand;
import io.github.bucket4j.distributed.remote.commands.CreateInitialStateAndExecuteCommand;
import io.github.ratelimit.store.redis.script.LuaScript;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Runs the commands of one bucket, each as one call. A command carries no configuration;
 * while the bucket is unknown, the reply is "not found", and Bucket4j sends the command
 * once more, together with the configuration. Thread-safe.
 */
final class BucketCommandExecutor implements CommandExecutor, AsyncCommandExecutor {

	private final String key;

	private final byte[] name;

	private final BucketScriptCalls calls;

	private final LuaScript script;

	private final RecentConfigurations recent;

	private volatile @Nullable BucketConfigurationEncoding encoding;

	BucketCommandExecutor(String key, byte[] name, BucketScriptCalls calls, LuaScript script,
			RecentConfigurations recent, @Nullable BucketConfigurationEncoding encoding) {
		this.key = key;
		this.name = name;
		this.calls = calls;
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
		return this.calls.call(this.script, this.name, known.arguments(encoding),
				(answer) -> read(known, answer, encoding));
	}

	@Override
	public <T> CompletableFuture<CommandResult<T>> executeAsync(RemoteCommand<T> command) {
		try {
			BucketConfigurationEncoding encoding = encoding(command);
			if (encoding == null) {
				return CompletableFuture.completedFuture(CommandResult.bucketNotFound());
			}
			BucketCommand known = BucketCommand.of(target(command));
			return this.calls.callAsync(this.script, this.name, known.arguments(encoding),
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
		return (command instanceof CreateInitialStateAndExecuteCommand<?> create) ? create.getTargetCommand() : command;
	}

	/** A command's result has the type of the command. */
	@SuppressWarnings("unchecked")
	private static <T> CommandResult<T> read(BucketCommand command, byte[] answer,
			BucketConfigurationEncoding encoding) {
		return (CommandResult<T>) command.result().apply(new BucketReply(answer, encoding));
	}

}
