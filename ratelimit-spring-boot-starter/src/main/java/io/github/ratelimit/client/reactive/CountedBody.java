package io.github.ratelimit.client.reactive;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBuffer;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.util.context.Context;

/**
 * The body of a response, which is read along with the caller, piece by piece. One
 * operator does what would otherwise take one for each kind of signal.
 */
final class CountedBody extends FluxOperator<DataBuffer, DataBuffer> {

	private final Runnable begins;

	private final Consumer<ByteBuffer> reader;

	private final Runnable ends;

	/**
	 * Creates a body.
	 * @param body the response's own
	 * @param begins runs before the caller gets its subscription
	 * @param reader reads pieces and does not change them
	 * @param ends runs before the caller learns of the end or of a failure, and when the
	 * caller cancels; possibly more than once
	 */
	CountedBody(Flux<DataBuffer> body, Runnable begins, Consumer<ByteBuffer> reader, Runnable ends) {
		super(body);
		this.begins = begins;
		this.reader = reader;
		this.ends = ends;
	}

	@Override
	public void subscribe(CoreSubscriber<? super DataBuffer> caller) {
		this.source.subscribe(new Reading(caller));
	}

	private void read(DataBuffer piece) {
		if (piece instanceof DefaultDataBuffer plain) {
			this.reader.accept(plain.getNativeBuffer());
			return;
		}
		try (DataBuffer.ByteBufferIterator bytes = piece.readableByteBuffers()) {
			bytes.forEachRemaining(this.reader);
		}
	}

	private final class Reading implements CoreSubscriber<DataBuffer>, Subscription {

		private final CoreSubscriber<? super DataBuffer> caller;

		private @Nullable Subscription response;

		private Reading(CoreSubscriber<? super DataBuffer> caller) {
			this.caller = caller;
		}

		@Override
		public void onSubscribe(Subscription response) {
			this.response = response;
			CountedBody.this.begins.run();
			this.caller.onSubscribe(this);
		}

		@Override
		public void onNext(DataBuffer piece) {
			read(piece);
			this.caller.onNext(piece);
		}

		@Override
		public void onError(Throwable failure) {
			try {
				CountedBody.this.ends.run();
			}
			finally {
				this.caller.onError(failure);
			}
		}

		@Override
		public void onComplete() {
			try {
				CountedBody.this.ends.run();
			}
			finally {
				this.caller.onComplete();
			}
		}

		@Override
		public void request(long pieces) {
			if (this.response != null) {
				this.response.request(pieces);
			}
		}

		@Override
		public void cancel() {
			try {
				CountedBody.this.ends.run();
			}
			finally {
				if (this.response != null) {
					this.response.cancel();
				}
			}
		}

		@Override
		public Context currentContext() {
			return this.caller.currentContext();
		}

	}

}
