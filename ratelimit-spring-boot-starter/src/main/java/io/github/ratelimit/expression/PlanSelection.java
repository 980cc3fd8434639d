package io.github.ratelimit.expression;

import io.github.ratelimit.Key;
import io.github.ratelimit.LimitHandle;
import io.github.ratelimit.RegisteredLimit;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Tells as which of its plans a limit holds for a call. A call without a plan, or with
 * one that the limit does not have, gets the limit's own rate. Thread-safe.
 */
public final class PlanSelection {

	private static final Log logger = LogFactory.getLog(PlanSelection.class);

	private static final int MAX_REMEMBERED_NAMES = 20;

	private static final int MAX_SHOWN = 40;

	private final Source source;

	/**
	 * Names that the limit does not have: each is logged once, as long as there is room.
	 */
	private final Set<String> unknown = ConcurrentHashMap.newKeySet();

	private PlanSelection(Source source) {
		this.source = source;
	}

	/**
	 * Returns plans that an expression names.
	 * @param expression which plan a call is on
	 * @return the plans
	 */
	public static PlanSelection of(PlanExpression expression) {
		return new PlanSelection(new Source() {

			@Override
			public @Nullable String plan(Call call, Key key) {
				return expression.evaluate(call);
			}

			@Override
			public boolean looksAtSecurity() {
				return expression.looksAtSecurity();
			}

			@Override
			public boolean needsRequest() {
				return expression.needsRequest();
			}

			@Override
			public String text() {
				return expression.text();
			}

		});
	}

	/**
	 * Returns plans that the application's own code tells for each key.
	 * @param resolved asks for them, and remembers them for a while
	 * @return the plans
	 */
	public static PlanSelection of(PlanResolverCache resolved) {
		return new PlanSelection((call, key) -> resolved.planOf(key));
	}

	LimitHandle handle(RegisteredLimit registered, Call call, Key key) {
		String plan = this.source.plan(call, key);
		LimitHandle handle = registered.handle(plan);
		if (handle == null) {
			noteUnknown(registered, Objects.requireNonNull(plan));
			return registered.handle();
		}
		return handle;
	}

	private void noteUnknown(RegisteredLimit registered, String plan) {
		if (this.unknown.size() < MAX_REMEMBERED_NAMES && this.unknown.add(plan)) {
			String limit = registered.name();
			logger.warn("Limit '" + limit + "' has no plan '" + shown(plan) + "', only "
					+ String.join(", ", registered.settings().plans().keySet().stream().sorted().toList())
					+ ": such calls get the limit's own rate. Add it below ratelimit.limits." + limit + ".plans");
		}
	}

	/** A plan may come from what a client sent: no line breaks, no end. */
	private static String shown(String plan) {
		StringBuilder shown = new StringBuilder();
		for (int i = 0; i < Math.min(plan.length(), MAX_SHOWN); i++) {
			char c = plan.charAt(i);
			shown.append((c < ' ' || c > '~') ? '?' : c);
		}
		return shown.append((plan.length() > MAX_SHOWN) ? "..." : "").toString();
	}

	boolean looksAtSecurity() {
		return this.source.looksAtSecurity();
	}

	boolean needsRequest() {
		return this.source.needsRequest();
	}

	/** Returns the expression that names them, empty where code does. */
	String text() {
		return this.source.text();
	}

	/** Where the name of a plan comes from. */
	@FunctionalInterface
	private interface Source {

		@Nullable String plan(Call call, Key key);

		default boolean looksAtSecurity() {
			return false;
		}

		default boolean needsRequest() {
			return false;
		}

		default String text() {
			return "";
		}

	}

}
