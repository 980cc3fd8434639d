package io.github.ratelimit.store.redis.local;

import io.github.ratelimit.store.Receipt;
import io.github.ratelimit.store.redis.script.Snapshot;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The receipt of a call that went on before its reply arrived: the reply shows later what
 * Redis has taken for it. Thread-safe.
 */
public final class InFlightReceipt implements Receipt {

	private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

	/** Notes that Redis has taken the permits and returned this state. */
	public void taken(Snapshot state) {
		this.outcome.complete(new Outcome(state, false));
	}

	/** Notes that Redis has not taken the permits: they are charged later. */
	public void owed() {
		this.outcome.complete(new Outcome(null, true));
	}

	/** Notes that nothing can be taken for the call, now or later. */
	public void lost() {
		this.outcome.complete(new Outcome(null, false));
	}

	/** Runs an action once it is known what was taken. */
	public CompletableFuture<?> whenKnown(Function<Outcome, CompletableFuture<?>> then) {
		return this.outcome.thenCompose(then::apply);
	}

	/**
	 * The outcome of the charge.
	 *
	 * @param state what Redis showed when it took the permits, null if it took nothing
	 * @param owed whether the permits are charged to it later
	 */
	public record Outcome(@Nullable Snapshot state, boolean owed) {
	}

}
