package io.github.ratelimit.store.redis.bucket4j;

import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.EstimationProbe;
import io.github.bucket4j.distributed.remote.CommandResult;
import io.github.bucket4j.distributed.remote.RemoteBucketState;
import io.github.bucket4j.distributed.remote.RemoteCommand;
import io.github.bucket4j.distributed.remote.RemoteStat;
import io.github.bucket4j.distributed.remote.RemoteVerboseResult;
import io.github.bucket4j.distributed.remote.commands.AddTokensCommand;
import io.github.bucket4j.distributed.remote.commands.ConsumeAsMuchAsPossibleCommand;
import io.github.bucket4j.distributed.remote.commands.ConsumeIgnoringRateLimitsCommand;
import io.github.bucket4j.distributed.remote.commands.EstimateAbilityToConsumeCommand;
import io.github.bucket4j.distributed.remote.commands.ForceAddTokensCommand;
import io.github.bucket4j.distributed.remote.commands.GetAvailableTokensCommand;
import io.github.bucket4j.distributed.remote.commands.ReplaceConfigurationCommand;
import io.github.bucket4j.distributed.remote.commands.ReserveAndCalculateTimeToSleepCommand;
import io.github.bucket4j.distributed.remote.commands.ResetCommand;
import io.github.bucket4j.distributed.remote.commands.SyncCommand;
import io.github.bucket4j.distributed.remote.commands.TryConsumeAndReturnRemainingTokensCommand;
import io.github.bucket4j.distributed.remote.commands.TryConsumeCommand;
import io.github.bucket4j.distributed.remote.commands.VerboseCommand;
import io.github.bucket4j.distributed.serialization.PrimitiveSerializationHandles;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/**
 * A command of Bucket4j for the script, and how its reply is read.
 *
 * @param name the script's word for it
 * @param tokens how many tokens it is about
 * @param patience how long they may be waited for, in microseconds
 * @param result creates Bucket4j's result from a reply
 */
record BucketCommand(String name, double tokens, double patience, Function<BucketReply, CommandResult<?>> result) {

	private static final String RESERVE = "reserve";

	/**
	 * Returns the command.
	 * @throws UnsupportedOperationException if the script has none, saying what to do
	 * instead
	 */
	static BucketCommand of(RemoteCommand<?> command) {
		if (command instanceof TryConsumeCommand take) {
			return new BucketCommand(RESERVE, take.getTokensToConsume(), 0,
					(answer) -> (answer.result() == 0) ? CommandResult.TRUE : CommandResult.FALSE);
		}
		if (command instanceof TryConsumeAndReturnRemainingTokensCommand take) {
			return new BucketCommand(RESERVE, take.getTokensToConsume(), 0,
					(answer) -> probe(answer, take.getTokensToConsume()));
		}
		if (command instanceof EstimateAbilityToConsumeCommand estimate) {
			return look((answer) -> estimate(answer, estimate.getTokensToConsume()));
		}
		if (command instanceof ConsumeAsMuchAsPossibleCommand most) {
			return new BucketCommand("most", most.getLimit(), 0, (answer) -> number(answer.result()));
		}
		if (command instanceof ReserveAndCalculateTimeToSleepCommand reserve) {
			return reserve(reserve.getTokensToConsume(), reserve.getWaitIfBusyNanosLimit());
		}
		if (command instanceof ConsumeIgnoringRateLimitsCommand consume) {
			return reserve(consume.getTokensToConsume(), Long.MAX_VALUE);
		}
		if (command instanceof VerboseCommand<?> verbose) {
			return verbose(of(verbose.getTargetCommand()));
		}
		return ofState(command);
	}

	private static BucketCommand ofState(RemoteCommand<?> command) {
		if (command instanceof GetAvailableTokensCommand) {
			return look((answer) -> number(answer.available()));
		}
		if (command instanceof AddTokensCommand add) {
			return new BucketCommand("add", add.getTokensToAdd(), 0, (answer) -> CommandResult.NOTHING);
		}
		if (command instanceof ForceAddTokensCommand force) {
			return new BucketCommand("force", force.getTokensToAdd(), 0,
					(answer) -> forced(answer, force.getTokensToAdd()));
		}
		if (command instanceof ResetCommand) {
			return new BucketCommand("reset", 0, 0, (answer) -> CommandResult.NOTHING);
		}
		if (command instanceof SyncCommand) {
			return look((answer) -> CommandResult.NOTHING);
		}
		if (command instanceof ReplaceConfigurationCommand) {
			throw new UnsupportedOperationException(
					"The configuration of a bucket in Redis is replaced by building the "
							+ "bucket with the new one: what is left is taken over in proportion with the next command.");
		}
		throw new UnsupportedOperationException(
				"Buckets in Redis do not know the command " + command.getClass().getSimpleName() + " of Bucket4j.");
	}

	private static BucketCommand look(Function<BucketReply, CommandResult<?>> result) {
		return new BucketCommand("look", 0, 0, result);
	}

	private static BucketCommand reserve(long tokens, long nanos) {
		return new BucketCommand(RESERVE, tokens, nanos / 1000, (answer) -> (answer.result() == BucketReply.NEVER)
				? CommandResult.MAX_VALUE : number(BucketReply.nanos(answer.result())));
	}

	private static BucketCommand verbose(BucketCommand plain) {
		return new BucketCommand(plain.name, plain.tokens, plain.patience, (answer) -> {
			CommandResult<?> result = plain.result.apply(answer);
			RemoteBucketState state = new RemoteBucketState(answer.state(), new RemoteStat(0), null);
			return CommandResult.success(
					new RemoteVerboseResult<>(answer.nanos(), result.getResultTypeId(), result.getData(), state),
					RemoteVerboseResult.SERIALIZATION_HANDLE);
		});
	}

	private static CommandResult<?> probe(BucketReply answer, long tokens) {
		ConsumptionProbe probe = (answer.result() == 0)
				? ConsumptionProbe.consumed(answer.available(), answer.nanosToFull())
				: ConsumptionProbe.rejected(answer.available(), answer.nanosUntil(tokens), answer.nanosToFull());
		return CommandResult.success(probe, ConsumptionProbe.SERIALIZATION_HANDLE);
	}

	private static CommandResult<?> estimate(BucketReply answer, long tokens) {
		long available = answer.available();
		EstimationProbe probe = (tokens <= available) ? EstimationProbe.canBeConsumed(available)
				: EstimationProbe.canNotBeConsumed(available, answer.nanosUntil(tokens));
		return CommandResult.success(probe, EstimationProbe.SERIALIZATION_HANDLE);
	}

	private static CommandResult<?> forced(BucketReply answer, long tokens) {
		if (answer.result() == BucketReply.NEVER) {
			throw new IllegalArgumentException("With " + tokens + " tokens more, the bucket would have more than Redis "
					+ "can count exactly; nothing was added. It has " + answer.available() + ".");
		}
		return CommandResult.NOTHING;
	}

	private static CommandResult<Long> number(long number) {
		return CommandResult.success(number, PrimitiveSerializationHandles.LONG_HANDLE);
	}

	byte[][] arguments(BucketConfigurationEncoding encoding) {
		byte[] numbers = LimitEncoding.doubles(this.tokens, this.patience);
		return new byte[][] { this.name.getBytes(StandardCharsets.US_ASCII), numbers, encoding.rates(),
				encoding.rest() };
	}

}
