package io.github.ratelimit.client.okhttp;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.ratelimit.client.ClientCall;
import io.github.ratelimit.governor.CallRefusedException;
import okhttp3.Call;

/** The wait of a call of OkHttp for its admission. */
final class CallAdmission {

	/**
	 * OkHttp reports a cancellation only to event listeners, and a client has only one.
	 */
	private static final long CHECK_MILLIS = 50;

	private final CompletableFuture<ClientCall> admission;

	private final Call call;

	CallAdmission(CompletableFuture<ClientCall> admission, Call call) {
		this.admission = admission;
		this.call = call;
	}

	/**
	 * Waits until the call may be sent.
	 * @throws CallRefusedException if it cannot be sent in time
	 * @throws IOException if it was cancelled or its thread interrupted
	 */
	ClientCall await() throws IOException {
		while (true) {
			try {
				ClientCall admitted = this.admission.get(CHECK_MILLIS, TimeUnit.MILLISECONDS);
				if (this.call.isCanceled()) {
					admitted.notSent();
					throw new IOException("Canceled");
				}
				return admitted;
			}
			catch (TimeoutException ex) {
				if (this.call.isCanceled()) {
					giveUp();
					throw new IOException("Canceled");
				}
			}
			catch (InterruptedException ex) {
				giveUp();
				Thread.currentThread().interrupt();
				throw new InterruptedIOException("interrupted");
			}
			catch (ExecutionException ex) {
				if (ex.getCause() instanceof CallRefusedException refusal) {
					throw refusal;
				}
				throw new IllegalStateException("The call was neither admitted nor refused", ex.getCause());
			}
		}
	}

	/** Leaves the queue. */
	void giveUp() {
		if (!this.admission.cancel(false) && !this.admission.isCompletedExceptionally()) {
			this.admission.join().notSent();
		}
	}

}
