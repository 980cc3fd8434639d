package io.github.ratelimit.client.okhttp;

import io.github.ratelimit.client.ClientCall;
import io.github.ratelimit.governor.CallRefusedException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import okhttp3.Call;

/** Waits for the admission of calls of OkHttp. */
final class CallAdmission {

	/**
	 * OkHttp reports a cancellation only to event listeners, and a client has only one.
	 */
	private static final long CHECK_MILLIS = 50;

	private CallAdmission() {
	}

	/**
	 * Waits until a call may be sent.
	 * @param admission its admission
	 * @param call the call, which may be cancelled meanwhile
	 * @throws CallRefusedException if it cannot be sent in time
	 * @throws IOException if it was cancelled or its thread interrupted
	 */
	static ClientCall await(CompletableFuture<ClientCall> admission, Call call) throws IOException {
		while (true) {
			try {
				// an admission that is complete does not look at the interrupt
				if (Thread.interrupted()) {
					throw new InterruptedException();
				}
				ClientCall admitted = admission.get(CHECK_MILLIS, TimeUnit.MILLISECONDS);
				if (call.isCanceled()) {
					admitted.notSent();
					throw new IOException("Canceled");
				}
				return admitted;
			}
			catch (TimeoutException ex) {
				if (call.isCanceled()) {
					giveUp(admission);
					throw new IOException("Canceled");
				}
			}
			catch (InterruptedException ex) {
				giveUp(admission);
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

	/** Takes a call out of the queue. */
	static void giveUp(CompletableFuture<ClientCall> admission) {
		if (!admission.cancel(false) && !admission.isCompletedExceptionally()) {
			admission.join().notSent();
		}
	}

}
