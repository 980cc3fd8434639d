package io.github.ratelimit.client.reactive;

import java.nio.ByteBuffer;
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

	private final Reader reader;

	/**
	 * Creates a body.
	 * @param body the response's own
	 * @param reader reads it
	 */
	CountedBody(Flux<DataBuffer> body, Reader reader) {
		super(body);
		this.reader = reader;
	}

	@Override
	public void subscribe(CoreSubscriber<? super DataBuffer> caller) {
		this.source.subscribe(new Reading(caller));
	}

	private void read(DataBuffer piece) {
		if (piece instanceof DefaultDataBuffer plain) {
			this.reader.read(plain.getNativeBuffer());
			return;
		}
		try (DataBuffer.ByteBufferIterator bytes = piece.readableByteBuffers()) {
			bytes.forEachRemaining(this.reader::read);
		}
	}

	/** Reads a body along with the caller. */
	interface Reader {

		/** The body begins, before the caller gets its subscription. */
		void begin();

		/**
		 * A piece has come, which remains to be read.
		 * @param piece is not changed
		 */
		void read(ByteBuffer piece);

		/**
		 * The body ends, before the caller learns of the end or of a failure, or when the
		 * caller cancels. Possibly called more than once.
		 */
		void end();

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
			CountedBody.this.reader.begin();
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
				CountedBody.this.reader.end();
			}
			finally {
				this.caller.onError(failure);
			}
		}

		@Override
		public void onComplete() {
			try {
				CountedBody.this.reader.end();
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
				CountedBody.this.reader.end();
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
