package io.github.ratelimit.store.redis.bucket4j;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketState;
import io.github.bucket4j.BucketState64BitsInteger;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.EstimationProbe;
import io.github.bucket4j.distributed.remote.RemoteCommand;
import io.github.bucket4j.distributed.remote.RemoteVerboseResult;
import io.github.bucket4j.distributed.remote.commands.AddTokensCommand;
import io.github.bucket4j.distributed.remote.commands.ConsumeAsMuchAsPossibleCommand;
import io.github.bucket4j.distributed.remote.commands.ConsumeIgnoringRateLimitsCommand;
import io.github.bucket4j.distributed.remote.commands.EstimateAbilityToConsumeCommand;
import io.github.bucket4j.distributed.remote.commands.ForceAddTokensCommand;
import io.github.bucket4j.distributed.remote.commands.GetAvailableTokensCommand;
import io.github.bucket4j.distributed.remote.commands.ReserveAndCalculateTimeToSleepCommand;
import io.github.bucket4j.distributed.remote.commands.ResetCommand;
import io.github.bucket4j.distributed.remote.commands.TryConsumeAndReturnRemainingTokensCommand;
import io.github.bucket4j.distributed.remote.commands.TryConsumeCommand;
import io.github.bucket4j.distributed.remote.commands.VerboseCommand;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One command as Bucket4j sends it, what its local bucket answered at the same time, and
 * the state after it.
 *
 * @param command the command
 * @param micros when
 * @param expected the answer, in words
 * @param state the local bucket's state
 * @param nanosToFull the exact time to full
 */
record BucketTestStep(RemoteCommand<?> command, long micros, String expected, BucketState state, long nanosToFull) {

	/** Draws a step, with the time before it, and has the local bucket do it. */
	static BucketTestStep next(SplittableRandom random, TurnedBucket turned, boolean first) {
		Bandwidth[] bandwidths = turned.configuration().getBandwidths();
		Bandwidth any = bandwidths[random.nextInt(bandwidths.length)];
		if (!first) {
			turned.turn(time(random, any));
		}
		long tokens = (random.nextInt(2) == 0) ? 1 : 1 + random.nextLong(3 * any.getCapacity());
		Drawn drawn = first ? take(turned.bucket(), 1) : draw(random, turned, any, tokens);
		RemoteCommand<?> command = (random.nextInt(10) == 0) ? VerboseCommand.from(drawn.command()) : drawn.command();
		return new BucketTestStep(command, turned.micros(), drawn.expected(), turned.state(),
				turned.exactNanosToFull());
	}

	/** Nothing, a microsecond, some tokens, some periods, or until all is full. */
	private static long time(SplittableRandom random, Bandwidth bandwidth) {
		long period = bandwidth.getRefillPeriodNanos() / 1_000;
		int dice = random.nextInt(100);
		if (dice < 20) {
			return 0;
		}
		if (dice < 30) {
			return 1;
		}
		if (dice < 70) {
			return random.nextLong(3 * period / bandwidth.getRefillTokens() + 2);
		}
		if (dice < 98) {
			return random.nextLong(3 * period + 2);
		}
		return random.nextLong(100 * period + 2);
	}

	private static Drawn draw(SplittableRandom random, TurnedBucket turned, Bandwidth any, long tokens) {
		long available = turned.bucket().getAvailableTokens();
		boolean deep = available < -4 * any.getCapacity();
		boolean high = available > 4 * any.getCapacity();
		// more than can ever be there
		long more = (random.nextInt(50) == 0) ? Long.MAX_VALUE - random.nextLong(Long.MAX_VALUE / 2) : tokens;
		int dice = random.nextInt(100);
		if (dice < 20) {
			return take(turned.bucket(), more);
		}
		if (dice < 45) {
			return probe(turned, more);
		}
		if (dice < 55) {
			return estimate(turned, more);
		}
		if (dice < 60) {
			return most(turned.bucket(), (dice < 58) ? tokens : Long.MAX_VALUE);
		}
		if (dice < 72 && !deep) {
			return reserve(turned, tokens, 1 + random.nextLong(3 * any.getRefillPeriodNanos() / 1_000 + 3));
		}
		if (dice < 80 && !deep) {
			return consumeIgnoring(turned, tokens);
		}
		if (dice < 84 && !high) {
			turned.bucket().forceAddTokens(tokens);
			return new Drawn(new ForceAddTokensCommand(tokens), "null");
		}
		if (dice < 86) {
			turned.bucket().reset();
			return new Drawn(new ResetCommand(), "null");
		}
		if (dice < 90) {
			return new Drawn(new GetAvailableTokensCommand(), String.valueOf(available));
		}
		turned.bucket().addTokens(more);
		return new Drawn(new AddTokensCommand(more), "null");
	}

	private static Drawn take(Bucket bucket, long tokens) {
		return new Drawn(TryConsumeCommand.create(tokens), String.valueOf(bucket.tryConsume(tokens)));
	}

	private static Drawn probe(TurnedBucket turned, long tokens) {
		ConsumptionProbe said = turned.bucket().tryConsumeAndReturnRemaining(tokens);
		long refill = said.isConsumed() ? 0 : turned.exact(said.getNanosToWaitForRefill(), tokens);
		return new Drawn(new TryConsumeAndReturnRemainingTokensCommand(tokens), "consumed " + said.isConsumed() + ", "
				+ said.getRemainingTokens() + " left, refill in " + refill + ", full in " + turned.exactNanosToFull());
	}

	private static Drawn estimate(TurnedBucket turned, long tokens) {
		EstimationProbe said = turned.bucket().estimateAbilityToConsume(tokens);
		long refill = said.canBeConsumed() ? 0 : turned.exact(said.getNanosToWaitForRefill(), tokens);
		return new Drawn(new EstimateAbilityToConsumeCommand(tokens),
				"can be " + said.canBeConsumed() + ", " + said.getRemainingTokens() + " left, refill in " + refill);
	}

	private static Drawn most(Bucket bucket, long limit) {
		long consumed = (limit == Long.MAX_VALUE) ? bucket.tryConsumeAsMuchAsPossible()
				: bucket.tryConsumeAsMuchAsPossible(limit);
		return new Drawn(new ConsumeAsMuchAsPossibleCommand(limit), String.valueOf(consumed));
	}

	private static Drawn reserve(TurnedBucket turned, long tokens, long micros) {
		long exact = turned.exactNanosUntil(tokens);
		// a wait that only fits when rounded down is no difference worth finding
		long limit = (exact == (micros + 1) * 1_000) ? exact : micros * 1_000;
		boolean taken = turned.bucket().asBlocking().tryConsumeUninterruptibly(tokens, limit, (nanos) -> {
		});
		return new Drawn(new ReserveAndCalculateTimeToSleepCommand(tokens, limit),
				String.valueOf(taken ? exact : Long.MAX_VALUE));
	}

	private static Drawn consumeIgnoring(TurnedBucket turned, long tokens) {
		long exact = turned.exactNanosUntil(tokens);
		turned.bucket().consumeIgnoringRateLimits(tokens);
		return new Drawn(new ConsumeIgnoringRateLimitsCommand(tokens), String.valueOf(exact));
	}

	BucketCommand known() {
		return BucketCommand.of(this.command);
	}

	/** Returns how an answer differs, null if it does not. */
	@Nullable String difference(BucketCommand.Reply answer) {
		Object data = known().result().apply(answer).getData();
		if (data instanceof RemoteVerboseResult<?> verbose) {
			data = verbose.getValue();
			BucketState state = verbose.asLocal().getState();
			if (verbose.getOperationTimeNanos() != this.micros * 1_000
					|| !((BucketState64BitsInteger) state).equalsByContent((BucketState64BitsInteger) this.state)) {
				return "the state is " + state + ", not " + this.state;
			}
		}
		String said = words(data);
		if (!said.equals(this.expected)) {
			return said + " instead of " + this.expected;
		}
		for (int i = 0; i < this.state.getConfiguration().getBandwidths().length; i++) {
			if (answer.tokens(i) != this.state.getCurrentSize(i)
					|| answer.roundingError(i) != this.state.getRoundingError(i)) {
				return "bandwidth " + i + " has " + answer.tokens(i) + " and " + answer.roundingError(i) + ", not "
						+ this.state;
			}
		}
		return (answer.nanosToFull() == this.nanosToFull) ? null
				: "full in " + answer.nanosToFull() + " instead of " + this.nanosToFull;
	}

	@Override
	public String toString() {
		return this.command.getClass().getSimpleName() + " of " + (long) known().tokens() + " tokens at " + this.micros;
	}

	private static String words(@Nullable Object data) {
		if (data instanceof ConsumptionProbe probe) {
			return "consumed " + probe.isConsumed() + ", " + probe.getRemainingTokens() + " left, refill in "
					+ probe.getNanosToWaitForRefill() + ", full in " + probe.getNanosToWaitForReset();
		}
		if (data instanceof EstimationProbe probe) {
			return "can be " + probe.canBeConsumed() + ", " + probe.getRemainingTokens() + " left, refill in "
					+ probe.getNanosToWaitForRefill();
		}
		return String.valueOf(data);
	}

	/**
	 * A command and the local bucket's answer to it.
	 *
	 * @param command the command
	 * @param expected the answer, in words
	 */
	private record Drawn(RemoteCommand<?> command, String expected) {
	}

}
