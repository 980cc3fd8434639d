package io.github.ratelimit.method;

import io.github.ratelimit.InvalidRateException;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.UnknownLimitException;
import io.github.ratelimit.expression.Expression;
import io.github.ratelimit.expression.InvalidExpressionException;
import io.github.ratelimit.expression.KeyExpression;
import io.github.ratelimit.expression.LimitPolicy;
import io.github.ratelimit.expression.LimitPolicy.OnMissingKey;
import io.github.ratelimit.method.LimitedMethod.Declaration;
import io.github.ratelimit.method.LimitedMethodRegistry.Beans;
import io.github.ratelimit.registry.RegisteredLimit;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads the attributes of one {@code @RateLimited} as policies of its limits, and refuses
 * those that cannot work or have no effect.
 */
final class RateLimitedAttributes {

	private final Declaration declaration;

	private final Beans beans;

	/**
	 * Creates the reader of an annotation's attributes.
	 * @param declaration the annotation
	 * @param beans the beans of the advice
	 * @throws InvalidRateLimitedMethodException if it has neither limits nor a rate, or
	 * both, or a rate without a key
	 */
	RateLimitedAttributes(Declaration declaration, Beans beans) {
		this.declaration = declaration;
		this.beans = beans;
		checkLimits();
	}

	private void checkLimits() {
		boolean named = !this.declaration.limits().isEmpty();
		boolean rated = !this.declaration.rate().isEmpty();
		if (!named && !rated) {
			throw invalid(this.declaration.source(), null, null, "has neither limits nor a rate",
					"Name a limit of ratelimit.limits, as in @RateLimited(\"chat\"), or write a rate and a key, as in "
							+ "@RateLimited(rate = \"10/min\", key = \"ip\").");
		}
		if (named && rated) {
			throw invalid(this.declaration.source(), "rate", this.declaration.rate(),
					"is set together with the limits " + this.declaration.limits(),
					"Write two annotations, one that names the limits and one that has the rate.");
		}
		if (rated && this.declaration.key().isEmpty()) {
			throw invalid(this.declaration.source(), "rate", this.declaration.rate(), "is set without a key",
					"Say whose calls it counts, for example key = \"#userId\", key = \"ip\" or, for all callers "
							+ "together, key = \"global\".");
		}
	}

	/** Returns the policies of the configured limits that it names. */
	List<LimitPolicy> configured() {
		KeyExpression key = key();
		Expression<Long> cost = cost();
		Expression<Boolean> unless = unless();
		List<LimitPolicy> configured = this.declaration.limits().stream().map(this::find).toList();
		if (key != null && configured.stream().allMatch(LimitPolicy::isGlobal)) {
			throw invalid(this.declaration.named(), "key", this.declaration.key(),
					"has no effect: " + this.declaration.limits() + " count all callers together (key: global)",
					"Leave the key out, or give the limit another key under ratelimit.limits.");
		}
		if (cost != null && configured.stream().allMatch((policy) -> policy.withCost(cost) == policy)) {
			throw invalid(this.declaration.named(), "cost", this.declaration.cost(),
					"has no effect: none of " + this.declaration.limits() + " has a cost in its configuration",
					"Leave the cost out, or give the limit a default, for example ratelimit.limits."
							+ this.declaration.limits().get(0) + ".cost=1.");
		}
		return configured.stream()
			.map((policy) -> seen(policy.withKey(key).withCost(cost).withUnless(unless)))
			.toList();
	}

	/**
	 * Returns the expression for the actual cost of a call, null if there is none.
	 * @param policies the policies of its limits
	 */
	@Nullable Expression<Long> settle(List<LimitPolicy> policies) {
		Expression<Long> settle = compile("settle", this.declaration.settle(), this.beans.expressions()::methodSettle);
		if (settle != null && policies.stream().noneMatch((policy) -> policy.registered().limit().hasCost())) {
			String limits = this.declaration.limits().isEmpty() ? "its own rate" : this.declaration.limits().toString();
			throw invalid(this.declaration.named(), "settle", this.declaration.settle(),
					"has no effect: " + limits + " counts calls, not what they cost",
					this.declaration.limits().isEmpty()
							? "Write what a call reserves beside it, for example cost = \"100\"."
							: "Give the limit what a call reserves, for example ratelimit.limits."
									+ this.declaration.limits().get(0) + ".cost=100.");
		}
		return settle;
	}

	private LimitPolicy find(String name) {
		LimitPolicy policy;
		try {
			policy = this.beans.policies().get(name);
		}
		catch (UnknownLimitException ex) {
			throw new InvalidRateLimitedMethodException(this.declaration.source(), "value", name,
					"names a limit that does not exist", remedy(ex), ex);
		}
		if (policy.countsWhenAnswered() && this.beans.scope() == null && !this.beans.unseenRequests()) {
			throw invalid(this.declaration.source(), "value", name,
					"counts calls by the status of their response (count-when), but this application serves no requests",
					"Name a limit without count-when.");
		}
		return policy;
	}

	/** In a reactive application a limit cannot read requests. */
	private LimitPolicy seen(LimitPolicy policy) {
		List<String> parts = this.beans.unseenRequests() ? policy.needingRequest() : List.of();
		if (parts.isEmpty()) {
			return policy;
		}
		String name = policy.registered().limit().name();
		boolean own = !this.declaration.key().isEmpty() || !this.declaration.rate().isEmpty();
		List<String> remedies = new ArrayList<>();
		for (String part : parts) {
			remedies.add(switch (part) {
				case "key" -> own ? "Let key be an argument of the method, such as key = \"#apiKey\"."
						: "Name an argument of the method beside it, such as @RateLimited(value = \"" + name
								+ "\", key = \"#apiKey\"), or write ratelimit.limits." + name + ".key: global.";
				case "cost" -> "Let cost be a number, or an argument of the method, such as cost = \"#tokens\".";
				case "plan" -> "Tell plans by a PlanResolver bean instead of ratelimit.limits." + name + ".plan.";
				case "unless" ->
					"Let unless be a condition over arguments of the method, or leave it out here and below ratelimit.limits.";
				default -> "Leave out ratelimit.limits." + name + "." + part + ".";
			});
		}
		throw invalid(this.declaration.source(), own && parts.contains("key") ? "key" : "value",
				own && parts.contains("key") ? this.declaration.key() : name, "has parts that need a servlet request ("
						+ String.join(", ", parts) + "), but this is a reactive web application",
				String.join(" ", remedies));
	}

	private String remedy(UnknownLimitException unknown) {
		if (isRate(unknown.name())) {
			return "A rate has an attribute of its own: write @RateLimited(rate = \"" + unknown.name()
					+ "\", key = \"ip\").";
		}
		String configured = "ratelimit.limits." + unknown.name();
		List<String> known = this.beans.policies().names();
		if (known.isEmpty()) {
			return "No limit is configured under ratelimit.limits: configure " + configured
					+ ", or write a rate here, as in @RateLimited(rate = \"10/min\", key = \"ip\").";
		}
		return unknown.nearest().map((near) -> "Write \"" + near + "\"").orElse("Name a limit that exists")
				+ ", or configure " + configured + ". The limits are " + known + ".";
	}

	private static boolean isRate(String text) {
		try {
			Rate.parse(text);
			return true;
		}
		catch (InvalidRateException ex) {
			return false;
		}
	}

	/**
	 * Registers the limit that it declares by a rate of its own.
	 * @param name the name of the limit
	 * @return its policy
	 */
	LimitPolicy declared(String name) {
		KeyExpression key = Objects.requireNonNull(key());
		Expression<Long> cost = cost();
		Limit limit = Limit.named(name).rates(rates()).costed(cost != null).build();
		return seen(LimitPolicy.of(register(limit, key), List.of(key), OnMissingKey.IP, cost).withUnless(unless()));
	}

	/** A listener of the registry may find that the limit cannot be counted. */
	private RegisteredLimit register(Limit limit, KeyExpression key) {
		try {
			return this.beans.registry().register(limit, List.of(key.source()));
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidRateLimitedMethodException(this.declaration.source(), "rate", this.declaration.rate(),
					"cannot be counted by the store", String.valueOf(ex.getMessage()), ex);
		}
	}

	private List<Rate> rates() {
		try {
			return Rate.parseAll(this.declaration.rate());
		}
		catch (InvalidRateException ex) {
			throw new InvalidRateLimitedMethodException(this.declaration.source(), "rate", ex.value(), ex.problem(),
					ex.remedy(), ex);
		}
	}

	private @Nullable KeyExpression key() {
		return compile("key", this.declaration.key(), this.beans.expressions()::methodKey);
	}

	private @Nullable Expression<Long> cost() {
		return compile("cost", this.declaration.cost(), this.beans.expressions()::methodCost);
	}

	private @Nullable Expression<Boolean> unless() {
		Expression<Boolean> unless = compile("unless", this.declaration.unless(),
				this.beans.expressions()::methodExemption);
		if (unless != null) {
			LimitPolicy.warnIfChosenByClient("@RateLimited on " + this.declaration.named(), unless);
		}
		return unless;
	}

	private <E> @Nullable E compile(String attribute, String text, BiFunction<String, Method, E> parser) {
		if (text.isEmpty()) {
			return null;
		}
		try {
			return parser.apply(text, this.declaration.named());
		}
		catch (InvalidExpressionException ex) {
			throw new InvalidRateLimitedMethodException(this.declaration.named(), attribute, text, ex.problem(),
					ex.remedy(), ex);
		}
	}

	private static InvalidRateLimitedMethodException invalid(AnnotatedElement element, @Nullable String attribute,
			@Nullable String value, String problem, String remedy) {
		return new InvalidRateLimitedMethodException(element, attribute, value, problem, remedy, null);
	}

}
