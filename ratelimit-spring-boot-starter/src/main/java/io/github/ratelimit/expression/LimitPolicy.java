package io.github.ratelimit.expression;

import io.github.ratelimit.Key;
import io.github.ratelimit.MissingKeyException;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The keys and costs that a limit takes from a call. Immutable, thread-safe.
 *
 * @param registered the limit that is applied, as it is registered
 * @param keys the keys, at least one: the first that has a value is charged
 * @param onMissingKey what happens where none has a value
 * @param cost how many permits; null for 1
 * @param plans selects the plan of a call, null if the limit has no plans
 * @param afterResponse what a request cost, or whether it is charged, as the limit
 * determines it after the response, null if it does not; a call that serves no request is
 * charged in advance
 * @param unless which calls are exempt
 */
public record LimitPolicy(RegisteredLimit registered, List<KeyExpression> keys, OnMissingKey onMissingKey,
		@Nullable Expression<Long> cost, @Nullable PlanSelection plans, @Nullable AfterResponse afterResponse,
		List<Expression<Boolean>> unless) {

	private static final Log logger = LogFactory.getLog(LimitPolicy.class);

	/**
	 * Creates a policy.
	 * @throws IllegalArgumentException if there is no key, or one that can never be used
	 */
	public LimitPolicy {
		if (keys.isEmpty()) {
			throw new IllegalArgumentException("Limit '" + registered.name()
					+ "' has no key. Say whose calls it counts, for example header('X-API-Key'), ip or global.");
		}
		if (keys.subList(0, keys.size() - 1).stream().anyMatch(LimitPolicy::isGlobal)) {
			throw new IllegalArgumentException("Limit '" + registered.name() + "' has keys after global, "
					+ "which every call has. Write global as the last key, or leave the others out.");
		}
		keys = List.copyOf(keys);
		unless = List.copyOf(unless);
	}

	/**
	 * Returns a policy. A limit that an annotation declares with its own rate gets the
	 * annotation's key and cost here.
	 * @param registered the limit
	 * @param keys the keys, at least one: the first that has a value is charged
	 * @param onMissingKey what happens where none has a value
	 * @param cost how many permits; null for 1
	 * @return the policy
	 * @throws IllegalArgumentException if there is no key, or one that can never be used
	 */
	public static LimitPolicy of(RegisteredLimit registered, List<KeyExpression> keys, OnMissingKey onMissingKey,
			@Nullable Expression<Long> cost) {
		return new LimitPolicy(registered, keys, onMissingKey, cost, null, null, List.of());
	}

	/**
	 * Returns the policy of a limit whose calls share one count, unless they name a key:
	 * a call without one has {@link Key#GLOBAL}.
	 * @param registered the limit, with at least one source of keys
	 * @return the policy
	 */
	public static LimitPolicy withoutKey(RegisteredLimit registered) {
		KeyExpression none = new KeyExpression(registered.keySources().get(0), Expression.Inputs.NONE,
				(call) -> Key.GLOBAL);
		return of(registered, List.of(none), OnMissingKey.SKIP, null);
	}

	/**
	 * Returns the charges of a call.
	 * @param call the call
	 * @return the charge, null if the limit does not apply to the call, also because the
	 * call is exempt, which is counted
	 * @throws MissingKeyException if the call has no key and is to be denied
	 */
	public @Nullable Charge charge(ExpressionRoot call) {
		if (isExempt(call)) {
			this.registered.statistics().countExempt();
			return null;
		}
		Key key = key(call);
		if (key == null) {
			return null;
		}
		long permits = (this.cost != null) ? this.cost.evaluate(call) : 1;
		boolean countsLater = countsWhenAnswered() && call.request() != null;
		Charge charge = Charge.of(handle(call, key), key, permits);
		return countsLater ? charge.pending() : charge;
	}

	private boolean isExempt(ExpressionRoot call) {
		for (int i = 0; i < this.unless.size(); i++) {
			if (this.unless.get(i).evaluate(call)) {
				return true;
			}
		}
		return false;
	}

	private LimitHandle handle(ExpressionRoot call, Key key) {
		return (this.plans != null) ? this.plans.handle(this.registered, call, key) : this.registered.handle();
	}

	private @Nullable Key key(ExpressionRoot call) {
		for (KeyExpression expression : this.keys) {
			Key key = expression.evaluate(call);
			if (key != null) {
				return key;
			}
		}
		return switch (this.onMissingKey) {
			case SKIP -> null;
			case DENY -> throw missing("on-missing-key is deny.");
			case IP -> addressOf(call);
		};
	}

	private Key addressOf(ExpressionRoot call) {
		if (call.request() == null) {
			throw missing("no request is bound to this thread that would have an address: "
					+ "on-missing-key: ip denies then.");
		}
		String address = call.ip();
		if (address == null || address.isEmpty()) {
			throw missing("the request has no address, as over a Unix socket: on-missing-key: ip denies then. "
					+ "Give the limit a key that such requests have, such as header('X-API-Key') or user, with global as "
					+ "the last one if all the others are to share one key, or write on-missing-key: skip.");
		}
		return Key.of(Key.ADDRESS_KIND, address);
	}

	private MissingKeyException missing(String reason) {
		String texts = this.keys.stream().map(KeyExpression::toString).collect(Collectors.joining(", "));
		String noValue = (this.keys.size() == 1) ? texts + " has no value" : "None of " + texts + " has a value";
		return new MissingKeyException(this.registered.name(), noValue + ", and " + reason);
	}

	/**
	 * Returns this policy with another key instead of all of its own, for a caller with a
	 * more specific key. A limit that all calls share keeps its {@code global}.
	 * @param key the other key, null for none
	 * @return the policy with that key
	 */
	public LimitPolicy withKey(@Nullable KeyExpression key) {
		return (key == null || isGlobal()) ? this : new LimitPolicy(this.registered, List.of(key), this.onMissingKey,
				this.cost, this.plans, this.afterResponse, this.unless);
	}

	/**
	 * Returns this policy with another cost, for a caller with a more specific cost. A
	 * limit without a cost continues to count calls; give it one by
	 * {@link #of(RegisteredLimit, List, OnMissingKey, Expression<Long>)}.
	 * @param cost the other cost, null for none
	 * @return the policy with that cost
	 */
	public LimitPolicy withCost(@Nullable Expression<Long> cost) {
		boolean counts = this.cost == null && !this.registered.limit().hasCost();
		return (cost == null || counts) ? this : new LimitPolicy(this.registered, this.keys, this.onMissingKey, cost,
				this.plans, this.afterResponse, this.unless);
	}

	/**
	 * Returns this policy for calls of which some are exempt, in addition to those that
	 * are exempt already.
	 * @param exemption tells which calls are exempt, null for no others
	 * @return the policy with it
	 */
	public LimitPolicy withUnless(@Nullable Expression<Boolean> exemption) {
		if (exemption == null) {
			return this;
		}
		List<Expression<Boolean>> all = new ArrayList<>(this.unless);
		all.add(exemption);
		return new LimitPolicy(this.registered, this.keys, this.onMissingKey, this.cost, this.plans, this.afterResponse,
				all);
	}

	/**
	 * Logs a warning if callers choose the values that exempt them.
	 * @param subject what has the condition, as in {@code Limit 'chat'}
	 * @param unless the condition
	 */
	public static void warnIfChosenByClient(String subject, Expression<Boolean> unless) {
		if (unless.inputs().chosenByClient()) {
			logger.warn(subject + " exempts calls by " + unless
					+ ", so callers can exempt themselves. Exempt them by hasRole('…'), hasAuthority('…'), a verified claim, "
					+ "or inSubnet('…'), or have a bean check what they send [RL512]");
		}
	}

	/**
	 * Returns whether requests are charged by their response: their permits are held
	 * until it is complete.
	 * @return whether there is a condition for it
	 */
	public boolean countsWhenAnswered() {
		return this.afterResponse != null && this.afterResponse.countWhen() != null;
	}

	/**
	 * Returns whether all calls share this limit.
	 * @return whether the first key is {@code global}
	 */
	public boolean isGlobal() {
		return isGlobal(this.keys.get(0));
	}

	private static boolean isGlobal(KeyExpression key) {
		return key.source().kind().equals(Key.GLOBAL_KIND);
	}

	/**
	 * Returns whether the authenticated caller determines a key, the cost, the plan or
	 * the exemptions.
	 * @return whether the policy has to be applied after Spring Security
	 */
	public boolean looksAtSecurity() {
		return parts().anyMatch((part) -> part.inputs().securityContext());
	}

	/**
	 * Returns whether the client's address determines a key, the cost, the plan or the
	 * exemptions, or is charged where a value of the request is missing.
	 * @return whether a client that chooses its address evades the limit
	 */
	public boolean looksAtAddress() {
		boolean missing = this.onMissingKey == OnMissingKey.IP
				&& this.keys.stream().allMatch((key) -> key.inputs().needsRequest());
		return missing || parts().anyMatch((part) -> part.inputs().address());
	}

	/**
	 * Returns the beans of which nothing states whether they read the security context.
	 * @return the names of the beans that keys, cost, plan and exemptions call
	 */
	public Set<String> undeclaredBeans() {
		return parts().flatMap((part) -> part.inputs().undeclaredBeans().stream())
			.collect(Collectors.toCollection(TreeSet::new));
	}

	/**
	 * Returns the first key.
	 * @return the key that most calls are counted by
	 */
	public KeyExpression firstKey() {
		return this.keys.get(0);
	}

	/**
	 * Returns the parts of the policy that do not work without requests: they would
	 * refuse every call, or have another meaning without notice.
	 * @return the parts of its configuration: {@code key}, {@code cost}, {@code plan},
	 * {@code unless}, {@code count-when}, {@code settle}; empty if it works
	 */
	public List<String> needingRequest() {
		boolean hasKey = !this.keys.stream().allMatch((key) -> key.inputs().needsRequest());
		return parts().filter((part) -> part.inputs().needsRequest())
			.map(Part::name)
			.filter((name) -> !(hasKey && name.equals("key")))
			.distinct()
			.toList();
	}

	/**
	 * Returns what the policy reads of a call, as it was written.
	 * @return keys, cost, plan, exemptions, and what is determined after the response
	 */
	public List<String> expressions() {
		return parts().map(Part::text).toList();
	}

	private Stream<Part> parts() {
		List<Part> parts = new ArrayList<>();
		this.keys.forEach((key) -> parts.add(new Part("key", key.source().expression(), key.inputs())));
		add(parts, "cost", this.cost);
		if (this.plans != null) {
			parts.add(new Part("plan", this.plans.text(), this.plans.inputs()));
		}
		this.unless.forEach((exemption) -> add(parts, "unless", exemption));
		if (this.afterResponse != null) {
			add(parts, "count-when", this.afterResponse.countWhen());
			add(parts, "settle", this.afterResponse.settle());
		}
		return parts.stream();
	}

	private static void add(List<Part> parts, String name, @Nullable Expression<?> expression) {
		if (expression != null) {
			parts.add(new Part(name, expression.text(), expression.inputs()));
		}
	}

	/**
	 * An expression of the policy.
	 *
	 * @param name the name of its property
	 * @param text the expression as it was written
	 * @param inputs what it depends on
	 */
	private record Part(String name, String text, Expression.Inputs inputs) {
	}

	/**
	 * What happens to a call without a value for any of a limit's keys. Such calls never
	 * share a bucket silently.
	 */
	public enum OnMissingKey {

		/**
		 * The call is counted by the client's address; without a request it is denied.
		 */
		IP,

		/** The limit does not apply to the call. */
		SKIP,

		/** The call is refused with 403. */
		DENY

	}

}
