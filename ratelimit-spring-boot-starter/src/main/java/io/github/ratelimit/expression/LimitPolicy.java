package io.github.ratelimit.expression;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.Key;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.MissingKeyException;
import io.github.ratelimit.registry.RegisteredLimit;
import org.jspecify.annotations.Nullable;

/**
 * The keys and costs that a limit takes from a call. Immutable, thread-safe.
 */
public final class LimitPolicy {

	private final RegisteredLimit registered;

	private final List<KeyExpression> keys;

	private final OnMissingKey onMissingKey;

	private final @Nullable CostExpression cost;

	private final @Nullable PlanSelection plans;

	private final @Nullable AfterResponse afterResponse;

	private final List<ExemptionExpression> unless;

	private final String noValue;

	private LimitPolicy(RegisteredLimit registered, List<KeyExpression> keys, OnMissingKey onMissingKey,
			@Nullable CostExpression cost, @Nullable PlanSelection plans, @Nullable AfterResponse afterResponse,
			List<ExemptionExpression> unless) {
		if (keys.isEmpty()) {
			throw new IllegalArgumentException("Limit '" + registered.name()
					+ "' has no key. Say whose calls it counts, for example header('X-API-Key'), ip or global.");
		}
		for (int i = 0; i < keys.size() - 1; i++) {
			if (isGlobal(keys.get(i))) {
				throw new IllegalArgumentException("Limit '" + registered.name() + "' has keys after global, "
						+ "which every call has. Write global as the last key, or leave the others out.");
			}
		}
		this.registered = registered;
		this.keys = List.copyOf(keys);
		this.onMissingKey = onMissingKey;
		this.cost = cost;
		this.afterResponse = afterResponse;
		this.plans = plans;
		this.unless = List.copyOf(unless);
		this.noValue = noValue(keys);
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
			@Nullable CostExpression cost) {
		return new LimitPolicy(registered, keys, onMissingKey, cost, null, null, List.of());
	}

	/**
	 * Returns the policy of a limit whose calls share one count, unless they name a key:
	 * a call without one has {@link Key#GLOBAL}.
	 * @param registered the limit, with at least one source of keys
	 * @return the policy
	 */
	public static LimitPolicy withoutKey(RegisteredLimit registered) {
		KeyExpression none = new KeyExpression(registered.keySources().get(0), ExpressionInputs.NONE,
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
			if (this.unless.get(i).holds(call)) {
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
		return new MissingKeyException(this.registered.name(), this.noValue + ", and " + reason);
	}

	private static String noValue(List<KeyExpression> keys) {
		List<String> texts = keys.stream().map((key) -> key.source().expression()).toList();
		return (texts.size() == 1) ? texts.get(0) + " has no value"
				: "None of " + String.join(", ", texts) + " has a value";
	}

	/**
	 * Returns this policy with another key instead of all of its own, for a caller with a
	 * more specific key. A limit that all calls share keeps its {@code global}.
	 * @param key the other key
	 * @return the policy with that key
	 */
	public LimitPolicy withKey(KeyExpression key) {
		return isGlobal() ? this : new LimitPolicy(this.registered, List.of(key), this.onMissingKey, this.cost,
				this.plans, this.afterResponse, this.unless);
	}

	/**
	 * Returns this policy with another cost, for a caller with a more specific cost. A
	 * limit without a cost continues to count calls; give it one by
	 * {@link #of(RegisteredLimit, List, OnMissingKey, CostExpression)}.
	 * @param cost the other cost
	 * @return the policy with that cost
	 */
	public LimitPolicy withCost(CostExpression cost) {
		return (this.cost == null && !this.registered.limit().hasCost()) ? this : new LimitPolicy(this.registered,
				this.keys, this.onMissingKey, cost, this.plans, this.afterResponse, this.unless);
	}

	/**
	 * Returns this policy for a limit with plans.
	 * @param plans selects the plan of a call
	 * @return the policy with these plans
	 */
	public LimitPolicy withPlans(PlanSelection plans) {
		return new LimitPolicy(this.registered, this.keys, this.onMissingKey, this.cost, plans, this.afterResponse,
				this.unless);
	}

	/**
	 * Returns this policy for a limit that determines after the response what a request
	 * cost, or whether it is charged. A call that serves no request is charged in
	 * advance.
	 * @param afterResponse what it determines
	 * @return the policy with it
	 */
	public LimitPolicy withAfterResponse(AfterResponse afterResponse) {
		return new LimitPolicy(this.registered, this.keys, this.onMissingKey, this.cost, this.plans, afterResponse,
				this.unless);
	}

	/**
	 * Returns this policy for calls of which some are exempt, in addition to those that
	 * are exempt already.
	 * @param exemption tells which calls are exempt
	 * @return the policy with it
	 */
	public LimitPolicy withUnless(ExemptionExpression exemption) {
		List<ExemptionExpression> all = new ArrayList<>(this.unless);
		all.add(exemption);
		return new LimitPolicy(this.registered, this.keys, this.onMissingKey, this.cost, this.plans, this.afterResponse,
				all);
	}

	/**
	 * Returns what the limit determines after the response.
	 * @return null if it is nothing
	 */
	public @Nullable AfterResponse afterResponse() {
		return this.afterResponse;
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
		return inputs().anyMatch(ExpressionInputs::securityContext);
	}

	/**
	 * Returns the beans of which nothing states whether they read the security context.
	 * @return the names of the beans that keys, cost, plan and exemptions call
	 */
	public Set<String> undeclaredBeans() {
		return inputs().flatMap((inputs) -> inputs.undeclaredBeans().stream())
			.collect(Collectors.toCollection(TreeSet::new));
	}

	/**
	 * Returns the first key.
	 * @return the key that most calls are counted by
	 */
	public KeyExpression firstKey() {
		return this.keys.get(0);
	}

	private Stream<ExpressionInputs> inputs() {
		Stream.Builder<ExpressionInputs> inputs = Stream.builder();
		this.keys.forEach((key) -> inputs.add(key.inputs()));
		if (this.cost != null) {
			inputs.add(this.cost.inputs());
		}
		if (this.plans != null) {
			inputs.add(this.plans.inputs());
		}
		this.unless.forEach((exemption) -> inputs.add(exemption.inputs()));
		return inputs.build();
	}

	/**
	 * Returns the parts of the policy that do not work without requests: they would
	 * refuse every call, or have another meaning without notice.
	 * @return the parts of its configuration: {@code key}, {@code plan}, {@code cost},
	 * {@code unless}, {@code count-when}, {@code settle}; empty if it works
	 */
	public List<String> needingRequest() {
		List<String> parts = new ArrayList<>(0);
		if (this.keys.stream().allMatch(KeyExpression::needsRequest)) {
			parts.add("key");
		}
		if (this.plans != null && this.plans.inputs().needsRequest()) {
			parts.add("plan");
		}
		if (this.cost != null && this.cost.inputs().needsRequest()) {
			parts.add("cost");
		}
		if (this.unless.stream().anyMatch((exemption) -> exemption.inputs().needsRequest())) {
			parts.add("unless");
		}
		if (countsWhenAnswered()) {
			parts.add("count-when");
		}
		if (this.afterResponse != null && this.afterResponse.settle() != null) {
			parts.add("settle");
		}
		return parts;
	}

	/**
	 * Returns what the policy reads of a call, as it was written.
	 * @return keys, cost, plan, exemptions, and what is determined after the response
	 */
	public List<String> expressions() {
		List<String> texts = new ArrayList<>();
		this.keys.forEach((key) -> texts.add(key.source().expression()));
		if (this.cost != null) {
			texts.add(this.cost.text());
		}
		if (this.plans != null) {
			texts.add(this.plans.text());
		}
		this.unless.forEach((exemption) -> texts.add(exemption.text()));
		if (this.afterResponse != null && this.afterResponse.countWhen() != null) {
			texts.add(this.afterResponse.countWhen().text());
		}
		if (this.afterResponse != null && this.afterResponse.settle() != null) {
			texts.add(this.afterResponse.settle().text());
		}
		return texts;
	}

	/**
	 * Returns the limit that is applied.
	 * @return the limit as it is registered
	 */
	public RegisteredLimit registered() {
		return this.registered;
	}

}
