package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.redis.client.RedisAccess;
import io.github.ratelimit.store.redis.script.BucketEncoding;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Coalesces the calls for one key: one script call is sent at a time, and charges that
 * arrive meanwhile share the next one. So a busy key costs Redis one call for many
 * decisions, which are made one after the other as if each had been sent alone. Each
 * charge has its own reply and its own deadline; a charge whose deadline passes before it
 * is sent is not charged. Thread-safe.
 */
public final class CoalescedCalls {

	private static final int MOST_TOGETHER = 256;

	private final RememberedKey key;

	private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();

	CoalescedCalls(RememberedKey key) {
		this.key = key;
	}

	/** Joins the next call. */
	public Waiting join(BucketEncoding encoding, Charge charge, RedisAccess redis) {
		Waiting joined = new Waiting(this, encoding, charge);
		this.waiting.add(joined);
		send(redis);
		return joined;
	}

	/** Sends the charges that wait, unless a call is under way. */
	void send(RedisAccess redis) {
		if (!this.waiting.isEmpty() && this.key.beginCall()) {
			List<Waiting> together = nextTogether();
			if (together.isEmpty()) {
				this.key.endCall(redis);
			}
			else {
				send(together, redis);
			}
		}
	}

	private List<Waiting> nextTogether() {
		List<Waiting> together = new ArrayList<>();
		Waiting next = this.waiting.peek();
		while (next != null && together.size() < MOST_TOGETHER
				&& (together.isEmpty() || next.encoding == together.get(0).encoding)) {
			if (this.waiting.remove(next) && next.toBeSent()) {
				together.add(next);
			}
			next = this.waiting.peek();
		}
		return together;
	}

	private void send(List<Waiting> together, RedisAccess redis) {
		AtomicBoolean left = new AtomicBoolean();
		Runnable leave = () -> {
			if (left.compareAndSet(false, true)) {
				this.key.endCall(redis);
			}
		};
		together.get(0).first = true;
		together.forEach((member) -> member.leave = leave);
		redis.take(new byte[][] { this.key.name() }, args(together)).whenComplete((bytes, failure) -> {
			leave.run();
			complete(together, bytes, failure);
		});
	}

	private byte[][] args(List<Waiting> together) {
		BucketEncoding encoding = together.get(0).encoding;
		Charge first = together.get(0).charge;
		byte[] charge = encoding.arguments(first.permits(), first.needed(), this.key.labelBytes());
		if (together.size() == 1) {
			return new byte[][] { charge };
		}
		ByteBuffer further = LimitEncoding.buffer(2 * (together.size() - 1) * encoding.size() * Double.BYTES);
		together.stream()
			.skip(1)
			.forEach((member) -> further.put(encoding.costs(member.charge.permits(), member.charge.needed())));
		return new byte[][] { charge, further.array() };
	}

	private static void complete(List<Waiting> together, byte @Nullable [] bytes, @Nullable Throwable failure) {
		int size = (bytes != null) ? bytes.length / together.size() : 0;
		for (int i = 0; i < together.size(); i++) {
			if (bytes != null) {
				together.get(i).answer.complete(Arrays.copyOfRange(bytes, i * size, (i + 1) * size));
			}
			else {
				together.get(i).answer.completeExceptionally(failure);
			}
		}
	}

	/** A charge that waits to be sent together with others. */
	public static final class Waiting {

		private final CoalescedCalls calls;

		private final BucketEncoding encoding;

		private final Charge charge;

		private final CompletableFuture<byte[]> answer = new CompletableFuture<>();

		/** Set by the call that sends the charge, or when the charge is withdrawn. */
		private final AtomicBoolean decided = new AtomicBoolean();

		private volatile @Nullable Runnable leave;

		/**
		 * Whether this charge reports the outcome of the call that it shares with others.
		 */
		private volatile boolean first;

		private Waiting(CoalescedCalls calls, BucketEncoding encoding, Charge charge) {
			this.calls = calls;
			this.encoding = encoding;
			this.charge = charge;
		}

		private boolean toBeSent() {
			return this.decided.compareAndSet(false, true);
		}

		public CompletableFuture<byte[]> answer() {
			return this.answer;
		}

		public boolean isFirst() {
			return this.first;
		}

		/**
		 * Withdraws the charge, since its caller no longer waits for it.
		 * @return whether it is not sent
		 */
		public boolean withdraw() {
			if (this.decided.compareAndSet(false, true)) {
				this.calls.waiting.remove(this);
				return true;
			}
			return false;
		}

		/** Sends the next call, since the previous one may hang. */
		public void overtake() {
			Runnable leave = this.leave;
			if (leave != null) {
				leave.run();
			}
		}

	}

}
