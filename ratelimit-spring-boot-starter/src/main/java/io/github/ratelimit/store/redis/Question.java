package io.github.ratelimit.store.redis;

import io.github.ratelimit.Charge;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.TimeSource;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One script call about a group of charges, and its answer. Who asked waits for it until
 * its own deadline; an answer that comes later is worth reading all the same.
 */
final class Question {

	static final byte[] TAKE = "take".getBytes(StandardCharsets.US_ASCII);

	private static final byte[] LOOK = "look".getBytes(StandardCharsets.US_ASCII);

	static final byte GRANTED = '1';

	private final ChargeGroup group;

	private final boolean take;

	private final TimeSource time;

	private final long askedNanos;

	private final CompletableFuture<byte[]> answer;

	private final KeyCalls.@Nullable Waiting waiting;

	private Question(ChargeGroup group, boolean take, TimeSource time, long askedNanos,
			CompletableFuture<byte[]> answer, KeyCalls.@Nullable Waiting waiting) {
		this.group = group;
		this.take = take;
		this.time = time;
		this.askedNanos = askedNanos;
		this.answer = answer;
		this.waiting = waiting;
	}

	/**
	 * Asks for the permits of one charge together with others who ask for its key now.
	 */
	static Question takeTogether(ChargeGroup group, RedisScripts scripts, Script script, TimeSource time) {
		long now = time.nanoTime();
		KnownKey key = group.known()[0];
		KeyCalls.Waiting waiting = key.calls()
			.join(key, group.scales()[0], group.charges().get(0).permits(), scripts, script);
		return new Question(group, true, time, now, waiting.answer(), waiting);
	}

	/** Asks for permits, which are taken if all are there. */
	static Question take(ChargeGroup group, RedisScripts scripts, Script script, TimeSource time) {
		return ask(group, true, scripts, script, time);
	}

	/** Asks only whether all permits are there. */
	static Question look(ChargeGroup group, RedisScripts scripts, Script script, TimeSource time) {
		return ask(group, false, scripts, script, time);
	}

	private static Question ask(ChargeGroup group, boolean take, RedisScripts scripts, Script script, TimeSource time) {
		int size = group.size();
		byte[][] keys = new byte[size][];
		byte[][] args = new byte[1 + 2 * size][];
		args[0] = take ? TAKE : LOOK;
		for (int i = 0; i < size; i++) {
			keys[i] = group.known()[i].name();
			args[1 + 2 * i] = group.scales()[i].terms(group.charges().get(i).permits());
			args[2 + 2 * i] = group.known()[i].newOrigin();
		}
		long now = time.nanoTime();
		return new Question(group, take, time, now, scripts.run(script, keys, args), null);
	}

	ChargeGroup group() {
		return this.group;
	}

	/**
	 * Waits for the answer.
	 * @param nanos how long at most; an answer that is there is read in any case
	 * @return what the limits say, null if there is no answer that can be read
	 */
	@Nullable Said await(long nanos) {
		Throwable failure;
		try {
			return read(this.answer.get(Math.max(0, nanos), TimeUnit.NANOSECONDS));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			failure = null;
		}
		catch (TimeoutException | ExecutionException | BufferUnderflowException ex) {
			failure = ex;
		}
		if (failure != null) {
			this.group.node().failed(failure, this.group.names());
		}
		return null;
	}

	/** Gives back what a late answer grants: its caller was decided otherwise. */
	void abandon(RedisScripts scripts, Script giveBack) {
		if (this.waiting != null) {
			this.waiting.withdraw();
		}
		if (this.take) {
			this.answer.thenAccept((bytes) -> {
				Said said = read(bytes);
				for (int i = 0; said.granted() && i < said.decisions().size(); i++) {
					giveBack(said.decisions().get(i), this.group.known()[i], scripts, giveBack);
				}
			});
		}
	}

	private void giveBack(LimitDecision granted, KnownKey key, RedisScripts scripts, Script giveBack) {
		long permits = granted.charge().permits();
		if (permits > 0 && granted.receipt() instanceof SeenState state) {
			GiveBack.send(permits, state, key, this.group.node(), scripts, giveBack, this.time);
		}
	}

	private Said read(byte[] bytes) {
		long now = this.time.nanoTime();
		this.group.node().answered(now - this.askedNanos);
		ByteBuffer answer = ByteBuffer.wrap(bytes);
		boolean granted = answer.get() == GRANTED;
		int size = this.group.size();
		LimitDecision first = readOne(answer, 0, granted, now);
		if (size == 1) {
			return new Said(granted, List.of(first));
		}
		List<LimitDecision> decisions = new ArrayList<>(size);
		decisions.add(first);
		for (int i = 1; i < size; i++) {
			decisions.add(readOne(answer, i, granted, now));
		}
		return new Said(granted, decisions);
	}

	private LimitDecision readOne(ByteBuffer answer, int index, boolean granted, long now) {
		Charge charge = this.group.charges().get(index);
		SeenState state = SeenState.read(answer, this.group.scales()[index], this.askedNanos, now);
		this.group.known()[index].saw(state);
		return (granted || state.has(charge.permits())) ? state.granted(charge, granted && this.take)
				: state.refused(charge);
	}

	/**
	 * What the limits of a group say.
	 *
	 * @param granted whether all permits are there, and taken where that was asked
	 * @param decisions what each says, in the order of the charges
	 */
	record Said(boolean granted, List<LimitDecision> decisions) {
	}

}
