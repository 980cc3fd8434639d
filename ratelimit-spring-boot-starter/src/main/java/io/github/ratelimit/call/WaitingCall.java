package io.github.ratelimit.call;

import io.github.ratelimit.Decision;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A call that waits for its permits without holding a thread: an executor runs it after
 * the decision. Cancelling its future cancels the wait or the call, and gives back the
 * permits of a call that was not run.
 */
public final class WaitingCall {

	private final CompletableFuture<Decision> deciding;

	private final Body body;

	private final Runnable notMade;

	private final CompletableFuture<@Nullable Object> result = new CompletableFuture<>();

	private WaitingCall(CompletableFuture<Decision> deciding, Body body, Runnable notMade) {
		this.deciding = deciding;
		this.body = body;
		this.notMade = notMade;
	}

	/**
	 * Runs a call after its decision.
	 * @param deciding becomes the decision
	 * @param executor runs the call
	 * @param body runs the call by the decision, allowed, refused or failed
	 * @param notMade what to do if the call will not be run, before its permits are given
	 * back
	 * @return becomes the result, or the result's own outcome if it is a stage
	 */
	public static CompletableFuture<@Nullable Object> start(CompletableFuture<Decision> deciding, Executor executor,
			Body body, Runnable notMade) {
		WaitingCall call = new WaitingCall(deciding, body, notMade);
		deciding.handleAsync((decision, failure) -> call.make(), executor).whenComplete((made, failure) -> {
			if (failure != null) {
				call.giveBack();
				call.result.completeExceptionally(failure);
			}
		});
		ResultFollower.cancelWith(call.result, deciding);
		return call.result;
	}

	private boolean make() {
		if (this.result.isDone()) {
			giveBack();
			return false;
		}
		try {
			Object made = this.body.call();
			if (made instanceof CompletionStage<?> stage) {
				ResultFollower.forward(stage, this.result, (value, failure) -> {
				});
			}
			else {
				this.result.complete(made);
			}
		}
		catch (Throwable ex) {
			this.result.completeExceptionally(ex);
		}
		return true;
	}

	private void giveBack() {
		this.notMade.run();
		if (!this.deciding.isCompletedExceptionally() && this.deciding.join().isAllowed()) {
			this.deciding.join().permit().giveBack();
		}
	}

	/** A call to run. */
	@FunctionalInterface
	public interface Body {

		/**
		 * Runs the call.
		 * @return what it returns, possibly a stage
		 * @throws Throwable what it throws
		 */
		@Nullable Object call() throws Throwable;

	}

}
