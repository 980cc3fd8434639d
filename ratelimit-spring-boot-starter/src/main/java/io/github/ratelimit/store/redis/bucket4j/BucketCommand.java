package io.github.ratelimit.store.redis.bucket4j;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState;
import io.github.bucket4j.BucketState64BitsInteger;
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
import io.github.bucket4j.distributed.serialization.Scope;
import io.github.bucket4j.distributed.versioning.Versions;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A command of Bucket4j for the script, and how its reply is read.
 *
 * @param name the script's word for it
 * @param tokens how many tokens it is about
 * @param patience how long they may be waited for, in microseconds
 * @param result creates Bucket4j's result from a reply
 */
record BucketCommand(String name, double tokens, double patience, Function<Reply, CommandResult<?>> result) {

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

	private static BucketCommand look(Function<Reply, CommandResult<?>> result) {
		return new BucketCommand("look", 0, 0, result);
	}

	private static BucketCommand reserve(long tokens, long nanos) {
		return new BucketCommand(RESERVE, tokens, nanos / 1000, (answer) -> (answer.result() == Reply.NEVER)
				? CommandResult.MAX_VALUE : number(Reply.nanos(answer.result())));
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

	private static CommandResult<?> probe(Reply answer, long tokens) {
		ConsumptionProbe probe = (answer.result() == 0)
				? ConsumptionProbe.consumed(answer.available(), answer.nanosToFull())
				: ConsumptionProbe.rejected(answer.available(), answer.nanosUntil(tokens), answer.nanosToFull());
		return CommandResult.success(probe, ConsumptionProbe.SERIALIZATION_HANDLE);
	}

	private static CommandResult<?> estimate(Reply answer, long tokens) {
		long available = answer.available();
		EstimationProbe probe = (tokens <= available) ? EstimationProbe.canBeConsumed(available)
				: EstimationProbe.canNotBeConsumed(available, answer.nanosUntil(tokens));
		return CommandResult.success(probe, EstimationProbe.SERIALIZATION_HANDLE);
	}

	private static CommandResult<?> forced(Reply answer, long tokens) {
		if (answer.result() == Reply.NEVER) {
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

	/**
	 * The reply of the script: the result of a command, and the state after it.
	 *
	 * @param encoding the configuration of the bucket
	 * @param result the result of the command
	 * @param now the time of the reply, in microseconds
	 * @param time the time of the state, in microseconds
	 * @param levels the level of each bandwidth
	 * @param starts when the current interval of each bandwidth began
	 */
	record Reply(BucketConfigurationEncoding encoding, long result, long now, long time, long[] levels, long[] starts) {

		/** Instead of a result, if the command cannot be fulfilled. */
		static final long NEVER = -1;

		static Reply read(byte[] reply, BucketConfigurationEncoding encoding) {
			ByteBuffer bytes = LimitEncoding.wrap(reply);
			return new Reply(encoding, (long) bytes.getDouble(), (long) bytes.getDouble(), (long) bytes.getDouble(),
					numbers(bytes, encoding.size()), numbers(bytes, encoding.size()));
		}

		private static long[] numbers(ByteBuffer bytes, int size) {
			return LongStream.generate(() -> (long) bytes.getDouble()).limit(size).toArray();
		}

		/** Returns the time of the reply by Redis's clock, in nanoseconds since 1970. */
		long nanos() {
			return this.now * 1000;
		}

		/** Returns the number of tokens that all bandwidths have. */
		long available() {
			return IntStream.range(0, this.levels.length).mapToLong(this::tokens).min().orElseThrow();
		}

		/** Returns the number of tokens that a bandwidth has. */
		long tokens(int index) {
			return Math.floorDiv(this.levels[index], this.encoding.unit(index));
		}

		/**
		 * Returns the part of the next token that has refilled, in Bucket4j's measure.
		 */
		long roundingError(int index) {
			Bandwidth bandwidth = this.encoding.bandwidth(index);
			if (bandwidth.isRefillIntervally()) {
				return 0;
			}
			return Math.floorMod(this.levels[index], this.encoding.unit(index))
					* (bandwidth.getRefillPeriodNanos() / this.encoding.unit(index));
		}

		/**
		 * Returns when all bandwidths have this number of tokens, in nanoseconds from
		 * now. {@link Long#MAX_VALUE} if that is more than the capacity.
		 */
		long nanosUntil(long tokens) {
			long longest = 0;
			for (int i = 0; i < this.levels.length; i++) {
				if (tokens > this.encoding.bandwidth(i).getCapacity()) {
					return Long.MAX_VALUE;
				}
				longest = Math.max(longest, micros(i, tokens));
			}
			return nanos(longest);
		}

		/** Returns when all bandwidths are full, in nanoseconds from now. */
		long nanosToFull() {
			return nanos(IntStream.range(0, this.levels.length)
				.mapToLong((index) -> micros(index, this.encoding.bandwidth(index).getCapacity()))
				.max()
				.orElseThrow());
		}

		private long micros(int index, long tokens) {
			long missing = tokens * this.encoding.unit(index) - this.levels[index];
			if (missing <= 0) {
				return 0;
			}
			Bandwidth bandwidth = this.encoding.bandwidth(index);
			long times = (missing - 1) / this.encoding.gain(index) + 1;
			if (bandwidth.isGready()) {
				return times + this.time - this.now;
			}
			long interval = bandwidth.getRefillPeriodNanos() / 1000;
			long next = this.starts[index] + interval - this.now;
			return (times > Long.MAX_VALUE / 2 / interval) ? Long.MAX_VALUE : next + (times - 1) * interval;
		}

		/** Returns microseconds in nanoseconds. */
		static long nanos(long micros) {
			return (micros > Long.MAX_VALUE / 1000) ? Long.MAX_VALUE : micros * 1000;
		}

		/** Returns the state as a state of Bucket4j. */
		BucketState state() {
			long[] data = new long[3 * this.levels.length];
			for (int i = 0; i < this.levels.length; i++) {
				boolean greedy = this.encoding.bandwidth(i).isGready();
				data[3 * i] = 1000 * (greedy ? this.time : this.starts[i]);
				data[3 * i + 1] = tokens(i);
				data[3 * i + 2] = roundingError(i);
			}
			try {
				BucketConfiguration configuration = this.encoding.configuration();
				Map<String, Object> snapshot = Map.of("version", Versions.v_7_0_0.getNumber(), "stateData", data,
						"configuration", BucketConfiguration.SERIALIZATION_HANDLE
							.toJsonCompatibleSnapshot(configuration, Versions.getLatest(), Scope.RESPONSE));
				BucketState state = BucketState64BitsInteger.SERIALIZATION_HANDLE.fromJsonCompatibleSnapshot(snapshot);
				state.setConfiguration(configuration);
				return state;
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
