package io.github.ratelimit.permit;

import io.github.ratelimit.store.ChargeDecision;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the running call passes on to what it calls: permits that are used there instead
 * of others. They are bound to the thread that runs the call. A publisher has them in its
 * context, under {@link #KEY}.
 */
public final class PassedOnCharges {

	/** The key of a {@code List<ChargeDecision>} in a publisher's context. */
	public static final Object KEY = PassedOnCharges.class;

	private static final ThreadLocal<@Nullable List<ChargeDecision>> CURRENT = new ThreadLocal<>();

	private static final Scope UNCHANGED = () -> {
	};

	private PassedOnCharges() {
	}

	/**
	 * Returns what the call passes on that the current thread runs.
	 * @return the decisions, those of the innermost call that passes any on
	 */
	public static List<ChargeDecision> current() {
		List<ChargeDecision> current = CURRENT.get();
		return (current != null) ? current : List.of();
	}

	/**
	 * Passes decisions on to what the current thread calls.
	 * @param decisions the decisions; if there are none, nothing changes
	 * @return ends it, in the same thread
	 */
	public static Scope pass(List<ChargeDecision> decisions) {
		if (decisions.isEmpty()) {
			return UNCHANGED;
		}
		List<ChargeDecision> outer = CURRENT.get();
		CURRENT.set(decisions);
		return () -> {
			if (outer != null) {
				CURRENT.set(outer);
			}
			else {
				CURRENT.remove();
			}
		};
	}

	/** The time in which charges are passed on. */
	@FunctionalInterface
	public interface Scope extends AutoCloseable {

		@Override
		void close();

	}

}
