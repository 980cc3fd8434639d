package io.github.ratelimit.store.redis;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.redis.client.FailureReason;
import io.github.ratelimit.store.redis.client.NodeHealth;
import io.github.ratelimit.store.redis.client.RedisAccess;
import io.github.ratelimit.store.redis.client.ScriptClient;
import io.github.ratelimit.store.redis.local.ChargeGroup;
import io.github.ratelimit.store.redis.local.CoalescedCalls;
import io.github.ratelimit.store.redis.local.KeyCharge;
import io.github.ratelimit.store.redis.local.RememberedKey;
import io.github.ratelimit.store.redis.script.BucketEncoding;
import io.github.ratelimit.store.redis.script.Snapshot;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One script call for a group of charges, and its reply. The caller waits until its own
 * deadline; a later reply is still read.
 */
final class ScriptCall implements AutoCloseable {

	static final byte[] LOOK = "look".getBytes(StandardCharsets.US_ASCII);

	/** A paced call spends at most this part of its wait on Redis. */
	private static final int PART_OF_A_WAIT = 4;

	private static final long LEAST_OF_A_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	private static final byte REFUSED = '0';

	/** A thread that wakes this long after its deadline lacked processor time. */
	private static final long OVERSLEPT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	private static final byte GRANTED = '1';

	/** Granted, but some limits in shadow mode are violated. */
	private static final byte PARTLY = '2';

	private final ChargeGroup group;

	private final boolean take;

	private final RedisAccess redis;

	private final long askedNanos;

	private final CompletableFuture<byte[]> answer;

	/** For each charge, what was sent. */
	private final byte[][] sent;

	private final CoalescedCalls.@Nullable Waiting waiting;

	/** Whether further charges of the key wait until this call has ended. */
	private boolean awaited;

	/** Used only by the thread that waits, or that reads the reply. */
	private @Nullable Throwable failure;

	/** Used like the failure. */
	private boolean granted;

	private ScriptCall(ChargeGroup group, boolean take, byte[][] sent, RedisAccess redis, long askedNanos,
			CompletableFuture<byte[]> answer, CoalescedCalls.@Nullable Waiting waiting) {
		this.group = group;
		this.sent = sent;
		this.take = take;
		this.redis = redis;
		this.askedNanos = askedNanos;
		this.answer = answer;
		this.waiting = waiting;
	}

	/**
	 * Requests the permits of a group, together with other charges of its key if they can
	 * share a call, and has to be closed.
	 */
	static ScriptCall take(ChargeGroup group, RedisAccess redis) {
		BucketEncoding shared = group.sharedEncoding();
		if (shared == null) {
			return ask(group, true, redis);
		}
		long now = redis.now();
		RememberedKey key = group.firstKey();
		if (!key.beginCall()) {
			CoalescedCalls.Waiting waiting = key.calls().join(shared, group.charges().get(0).charge(), redis);
			return new ScriptCall(group, true, new byte[1][0], redis, now, waiting.answer(), waiting);
		}
		try {
			ScriptCall call = ask(group, true, redis);
			call.awaited = true;
			return call;
		}
		catch (RuntimeException | Error ex) {
			key.endCall(redis);
			throw ex;
		}
	}

	/** Lets the charges be sent that wait for this call. */
	@Override
	public void close() {
		if (this.awaited) {
			this.group.firstKey().endCall(this.redis);
		}
	}

	/**
	 * Sends a call.
	 * @param take whether the permits are taken if all are available; otherwise the call
	 * only checks whether they are
	 */
	static ScriptCall ask(ChargeGroup group, boolean take, RedisAccess redis) {
		int size = group.size();
		byte[][] args = new byte[take ? size : size + 1][];
		for (int i = 0; i < size; i++) {
			args[i] = group.charges().get(i).arguments();
		}
		if (!take) {
			args[size] = LOOK;
		}
		long now = redis.now();
		return new ScriptCall(group, take, args, redis, now, redis.take(group.names(), args), null);
	}

	ChargeGroup group() {
		return this.group;
	}

	/**
	 * Waits for the reply as long as the charges may wait; a reply that is there is read
	 * in any case.
	 * @param start when the decision began
	 * @return the decisions of the limits; null if the reply is late, or the call
	 * {@linkplain #hasFailed() has failed}
	 */
	@Nullable List<ChargeDecision> await(long start) {
		long deadlineNanos = deadline(start);
		try {
			RedisAccess.await(this.answer, deadlineNanos, this.redis.time());
		}
		catch (ExecutionException | TimeoutException ex) {
			// the answer shows which
		}
		return this.answer.isDone() ? readNow() : late(deadlineNanos);
	}

	/**
	 * Returns the reply without holding a thread until it arrives.
	 * @param start when the decision began
	 * @param executor reads the reply
	 * @return becomes what {@link #await} returns
	 */
	CompletableFuture<@Nullable List<ChargeDecision>> reply(long start, Executor executor) {
		if (this.answer.isDone()) {
			return CompletableFuture.completedFuture(readNow());
		}
		long deadlineNanos = deadline(start);
		long nanos = Math.max(1, deadlineNanos - this.redis.now());
		return this.answer.copy()
			.orTimeout(nanos, TimeUnit.NANOSECONDS)
			.handleAsync((bytes, failure) -> this.answer.isDone() ? readNow() : late(deadlineNanos), executor);
	}

	/** Returns whether the reply says that all permits are available, or are taken. */
	boolean isGranted() {
		return this.granted;
	}

	/** Returns whether there is a failure instead of the reply. */
	boolean hasFailed() {
		return this.failure != null;
	}

	private @Nullable List<ChargeDecision> readNow() {
		try {
			return read(this.answer.join());
		}
		catch (CancellationException | CompletionException | BufferUnderflowException ex) {
			this.failure = ex;
			failed(ex);
			return null;
		}
	}

	private long deadline(long start) {
		return start + (this.group.isBehindLatePermit() ? 0 : patienceNanos(this.group, this.redis));
	}

	/**
	 * Returns how long to wait for a reply. A call with a scheduled permit waits here for
	 * at most a part of its remaining time, as other calls are queued behind it.
	 */
	private static long patienceNanos(ChargeGroup group, RedisAccess redis) {
		long most = redis.deadlineNanos();
		for (int i = 0; i < group.size(); i++) {
			Charge charge = group.charges().get(i).charge();
			if (charge.limit().isPaced()) {
				long wait = (charge.maxWaitNanos() > 0) ? charge.maxWaitNanos() : charge.limit().maxWait().toNanos();
				most = Math.min(most, Math.max(wait / PART_OF_A_WAIT, Math.min(wait, LEAST_OF_A_WAIT_NANOS)));
			}
		}
		return most;
	}

	/**
	 * Returns whether the time after which a reply counts as missing is too long for
	 * charges to wait. A reply that takes a few milliseconds longer is no sign of a
	 * failure.
	 */
	static boolean isImpatient(ChargeGroup group, RedisAccess redis) {
		long patience = patienceNanos(group, redis);
		return patience < redis.deadlineNanos() && (isAWhile(patience, redis) || group.isBehindLatePermit());
	}

	private static boolean isAWhile(long nanos, RedisAccess redis) {
		return nanos >= Math.min(redis.deadlineNanos(), LEAST_OF_A_WAIT_NANOS);
	}

	/** A thread that wakes late is no sign of a late Redis. */
	private @Nullable List<ChargeDecision> late(long deadlineNanos) {
		long overslept = this.redis.now() - deadlineNanos;
		this.group.node(this.redis).late(this.askedNanos, overslept < OVERSLEPT_NANOS, this.group.firstKey().name());
		return null;
	}

	/** Several charges may share a call, whose failure counts once. */
	private void failed(Throwable failure) {
		if (this.waiting == null || this.waiting.isFirst()) {
			this.group.node(this.redis).failed(failure, this.group.names());
		}
	}

	/**
	 * Stops waiting for the reply.
	 * @param late notes the reply when it arrives
	 * @param decisions what was decided instead, none if no caller needs it any more
	 */
	void leave(LateReplies late, List<ChargeDecision> decisions) {
		if (this.failure != null) {
			leaveFailed(late, decisions, this.failure);
			return;
		}
		if (this.waiting != null && !LateReplies.goesOn(decisions) && this.waiting.withdraw()) {
			return;
		}
		if (this.waiting != null) {
			this.waiting.overtake();
		}
		NodeHealth node = this.group.node(this.redis);
		node.lateBegins();
		long patience = patienceNanos(this.group, this.redis);
		if (isAWhile(patience, this.redis)) {
			this.group.permitsAreLate(this);
		}
		ScriptClient.orLost(this.answer).whenComplete((bytes, failure) -> {
			node.lateEnds();
			this.group.permitsAreKnown(this, bytes != null && this.redis.now() - this.askedNanos <= patience);
		}).thenApply(this::read).whenComplete((replies, failure) -> {
			if (failure == null) {
				late.answered(this.group, decisions, replies, this.sent);
			}
			else {
				failed(failure);
				leaveFailed(late, decisions, failure);
			}
		});
	}

	private void leaveFailed(LateReplies late, List<ChargeDecision> decisions, Throwable failure) {
		if (this.take) {
			late.failed(this.group, decisions, FailureReason.isOfOneKey(failure), this.sent);
		}
	}

	private List<ChargeDecision> read(byte[] bytes) {
		long now = this.redis.now();
		this.redis.answered(this.group.firstKey().name(), now - this.askedNanos);
		ByteBuffer answer = ByteBuffer.wrap(bytes);
		byte reply = answer.get();
		this.granted = reply != REFUSED;
		int size = this.group.size();
		boolean[] paid = new boolean[size];
		for (int i = 0; i < size; i++) {
			paid[i] = (reply == PARTLY) ? answer.get() == GRANTED : this.granted;
		}
		ChargeDecision[] decisions = new ChargeDecision[size];
		for (int i = 0; i < size; i++) {
			decisions[i] = readOne(answer, i, paid[i], now);
		}
		return List.of(decisions);
	}

	private ChargeDecision readOne(ByteBuffer answer, int index, boolean paid, long now) {
		KeyCharge requested = this.group.charges().get(index);
		Charge charge = requested.charge();
		Snapshot state = requested.encoding().read(answer, charge.needed(), this.sent[index], this.askedNanos, now);
		requested.key().saw(state);
		boolean available = this.granted ? paid : state.has(charge, 0);
		return available ? state.granted(charge, (this.granted && this.take) ? state : null) : state.refused(charge);
	}

}
