package io.github.ratelimit.method;

import io.github.ratelimit.method.LimitedMethodRegistry.Beans;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

import io.github.ratelimit.InvalidRateException;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.UnknownLimitException;
import io.github.ratelimit.expression.Expression;
import io.github.ratelimit.expression.InvalidExpressionException;
import io.github.ratelimit.expression.KeyExpression;
import io.github.ratelimit.expression.LimitPolicy;
import io.github.ratelimit.expression.LimitPolicy.OnMissingKey;
import io.github.ratelimit.method.InlineLimitNames.InlineLimit;
import io.github.ratelimit.method.LimitedMethod.Declaration;
import org.jspecify.annotations.Nullable;

/**
 * Turns annotations into policies: finds or registers the limits, reads keys and costs,
 * finds the fallback. Detects all errors of annotations. Not thread-safe.
 */
final class MethodPolicyBuilder {

	private final Beans beans;

	private final InlineLimitNames names = new InlineLimitNames();

	private final Map<InlineLimit, LimitPolicy> inline = new HashMap<>();

	MethodPolicyBuilder(Beans beans) {
		this.beans = beans;
	}

	/**
	 * Names the limits that methods declare. All known methods have to be passed
	 * together, since names depend on each other.
	 * @param methods the methods
	 */
	void nameLimits(Collection<LimitedMethod> methods) {
		List<InlineLimit> limits = methods.stream().flatMap((method) -> InlineLimit.of(method).stream()).toList();
		this.names.assign(limits, (name) -> this.beans.registry().find(name).isPresent());
	}

	/**
	 * Builds the policy of a method.
	 * @param method the method, whose limits have been named
	 * @return the policy
	 * @throws InvalidRateLimitedMethodException if an annotation of it cannot work
	 */
	MethodPolicy build(LimitedMethod method) {
		Map<LimitPolicy, @Nullable Expression<Long>> policies = new LinkedHashMap<>();
		List<InlineLimit> inlineLimits = InlineLimit.of(method);
		int inlineIndex = 0;
		for (Declaration declaration : method.declarations()) {
			check(declaration);
			List<LimitPolicy> declared = declaration.rate().isEmpty() ? configured(declaration)
					: List.of(inline(declaration, inlineLimits.get(inlineIndex++)));
			Expression<Long> settle = settle(declaration, declared);
			for (LimitPolicy policy : declared) {
				policies.putIfAbsent(policy, policy.registered().limit().hasCost() ? settle : null);
			}
		}
		policies.keySet().forEach((policy) -> policy.registered().bindTo(method.displayName()));
		MethodPolicy policy = MethodPolicy.of(method, policies, fallback(method),
				ScheduledAndListenerMethods.isSkipped(method.method())
						? this.beans.degradation().skippedRuns(method.displayName()) : null);
		ScheduledAndListenerMethods.warnOfRefusedMessages(method, policy);
		return policy;
	}

	private static void check(Declaration declaration) {
		boolean named = !declaration.limits().isEmpty();
		boolean rated = !declaration.rate().isEmpty();
		if (!named && !rated) {
			throw invalid(declaration.source(), null, null, "has neither limits nor a rate",
					"Name a limit of ratelimit.limits, as in @RateLimited(\"chat\"), or write a rate and a key, as in "
							+ "@RateLimited(rate = \"10/min\", key = \"ip\").");
		}
		if (named && rated) {
			throw invalid(declaration.source(), "rate", declaration.rate(),
					"is set together with the limits " + declaration.limits(),
					"Write two annotations, one that names the limits and one that has the rate.");
		}
		if (rated && declaration.key().isEmpty()) {
			throw invalid(declaration.source(), "rate", declaration.rate(), "is set without a key",
					"Say whose calls it counts, for example key = \"#userId\", key = \"ip\" or, for all callers "
							+ "together, key = \"global\".");
		}
	}

	private List<LimitPolicy> configured(Declaration declaration) {
		KeyExpression key = key(declaration);
		Expression<Long> cost = cost(declaration);
		Expression<Boolean> unless = unless(declaration);
		List<LimitPolicy> configured = declaration.limits().stream().map((name) -> find(declaration, name)).toList();
		if (key != null && configured.stream().allMatch(LimitPolicy::isGlobal)) {
			throw invalid(declaration.named(), "key", declaration.key(),
					"has no effect: " + declaration.limits() + " count all callers together (key: global)",
					"Leave the key out, or give the limit another key under ratelimit.limits.");
		}
		if (cost != null && configured.stream().allMatch((policy) -> policy.withCost(cost) == policy)) {
			throw invalid(declaration.named(), "cost", declaration.cost(),
					"has no effect: none of " + declaration.limits() + " has a cost in its configuration",
					"Leave the cost out, or give the limit a default, for example ratelimit.limits."
							+ declaration.limits().get(0) + ".cost=1.");
		}
		return configured.stream()
			.map((policy) -> seen(declaration, policy.withKey(key).withCost(cost).withUnless(unless)))
			.toList();
	}

	private @Nullable Expression<Long> settle(Declaration declaration, List<LimitPolicy> policies) {
		Expression<Long> settle = compile(declaration, "settle", declaration.settle(),
				this.beans.expressions()::methodSettle);
		if (settle != null && policies.stream().noneMatch((policy) -> policy.registered().limit().hasCost())) {
			String limits = declaration.limits().isEmpty() ? "its own rate" : declaration.limits().toString();
			throw invalid(declaration.named(), "settle", declaration.settle(),
					"has no effect: " + limits + " counts calls, not what they cost",
					declaration.limits().isEmpty() ? "Write what a call reserves beside it, for example cost = \"100\"."
							: "Give the limit what a call reserves, for example ratelimit.limits."
									+ declaration.limits().get(0) + ".cost=100.");
		}
		return settle;
	}

	private LimitPolicy find(Declaration declaration, String name) {
		try {
			return checked(declaration, this.beans.policies().get(name));
		}
		catch (UnknownLimitException ex) {
			throw new InvalidRateLimitedMethodException(declaration.source(), "value", name,
					"names a limit that does not exist", remedy(ex), ex);
		}
	}

	private LimitPolicy checked(Declaration declaration, LimitPolicy policy) {
		if (policy.countsWhenAnswered() && this.beans.scope() == null && !this.beans.unseenRequests()) {
			throw invalid(declaration.source(), "value", policy.registered().limit().name(),
					"counts calls by the status of their response (count-when), but this application serves no requests",
					"Name a limit without count-when.");
		}
		return policy;
	}

	/** In a reactive application a limit cannot read requests. */
	private LimitPolicy seen(Declaration declaration, LimitPolicy policy) {
		List<String> parts = this.beans.unseenRequests() ? policy.needingRequest() : List.of();
		if (parts.isEmpty()) {
			return policy;
		}
		String name = policy.registered().limit().name();
		boolean own = !declaration.key().isEmpty() || !declaration.rate().isEmpty();
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
		throw invalid(declaration.source(), own && parts.contains("key") ? "key" : "value",
				own && parts.contains("key") ? declaration.key() : name, "has parts that need a servlet request ("
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

	private LimitPolicy inline(Declaration declaration, InlineLimit limit) {
		LimitPolicy known = this.inline.get(limit);
		if (known != null) {
			return known;
		}
		KeyExpression key = Objects.requireNonNull(key(declaration));
		Expression<Long> cost = cost(declaration);
		Limit built = Limit.named(this.names.of(limit)).rates(rates(declaration)).costed(cost != null).build();
		RegisteredLimit registered = register(declaration, built, key);
		Expression<Boolean> unless = unless(declaration);
		LimitPolicy policy = LimitPolicy.of(registered, List.of(key), OnMissingKey.IP, cost).withUnless(unless);
		seen(declaration, policy);
		this.inline.put(limit, policy);
		return policy;
	}

	/** A listener of the registry may find that the limit cannot be counted. */
	private RegisteredLimit register(Declaration declaration, Limit limit, KeyExpression key) {
		try {
			return this.beans.registry().register(limit, List.of(key.source()));
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidRateLimitedMethodException(declaration.source(), "rate", declaration.rate(),
					"cannot be counted by the store", String.valueOf(ex.getMessage()), ex);
		}
	}

	private static List<Rate> rates(Declaration declaration) {
		try {
			return Rate.parseAll(declaration.rate());
		}
		catch (InvalidRateException ex) {
			throw new InvalidRateLimitedMethodException(declaration.source(), "rate", ex.value(), ex.problem(),
					ex.remedy(), ex);
		}
	}

	private @Nullable KeyExpression key(Declaration declaration) {
		return compile(declaration, "key", declaration.key(), this.beans.expressions()::methodKey);
	}

	private @Nullable Expression<Long> cost(Declaration declaration) {
		return compile(declaration, "cost", declaration.cost(), this.beans.expressions()::methodCost);
	}

	private @Nullable Expression<Boolean> unless(Declaration declaration) {
		Expression<Boolean> unless = compile(declaration, "unless", declaration.unless(),
				this.beans.expressions()::methodExemption);
		if (unless != null) {
			LimitPolicy.warnIfChosenByClient("@RateLimited on " + declaration.named(), unless);
		}
		return unless;
	}

	private static <E> @Nullable E compile(Declaration declaration, String attribute, String text,
			BiFunction<String, Method, E> parser) {
		if (text.isEmpty()) {
			return null;
		}
		try {
			return parser.apply(text, declaration.named());
		}
		catch (InvalidExpressionException ex) {
			throw new InvalidRateLimitedMethodException(declaration.named(), attribute, text, ex.problem(), ex.remedy(),
					ex);
		}
	}

	private static @Nullable FallbackMethod fallback(LimitedMethod method) {
		Set<String> names = method.declarations()
			.stream()
			.map(Declaration::fallback)
			.filter((name) -> !name.isEmpty())
			.collect(Collectors.toCollection(LinkedHashSet::new));
		if (names.size() > 1) {
			throw invalid(method.method(), "fallback", String.join(", ", names), "are several for one call",
					"The annotations of a method are one decision: name one fallback, on one of them.");
		}
		return names.isEmpty() ? null : FallbackMethod.find(method, names.iterator().next());
	}

	private static InvalidRateLimitedMethodException invalid(AnnotatedElement element, @Nullable String attribute,
			@Nullable String value, String problem, String remedy) {
		return new InvalidRateLimitedMethodException(element, attribute, value, problem, remedy, null);
	}

}
