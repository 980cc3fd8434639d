package io.github.ratelimit.web.filter;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.expression.Expression;
import io.github.ratelimit.expression.KeyExpression;
import io.github.ratelimit.expression.LimitPolicy;
import io.github.ratelimit.expression.LimitPolicy.OnMissingKey;
import io.github.ratelimit.expression.RequestFacts;
import io.github.ratelimit.limiter.ChargeLimiter;
import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.limiter.NamedBudgets;
import io.github.ratelimit.limiter.RateLimitListener;
import io.github.ratelimit.provider.AnswerStyles;
import io.github.ratelimit.queue.WaitingThreadLimit;
import io.github.ratelimit.registry.KeySource;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitStatistics;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.web.cors.CorsHeaders;
import io.github.ratelimit.web.path.RulePhase;
import io.github.ratelimit.web.path.Rules;
import io.github.ratelimit.web.request.ClientAddresses;
import io.github.ratelimit.web.request.Identity;
import io.github.ratelimit.web.response.ServletAnswers;
import io.github.ratelimit.web.response.UpstreamHeadersMode;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Limits in memory, with everything that the web package needs. */
public final class Limits {

	public final ManualTime time = new ManualTime();

	public final LimitRegistry registry = new LimitRegistry();

	public final MemoryStore store = new MemoryStore(this.time, 100_000);

	public final KillSwitch killSwitch = new KillSwitch(true);

	public final LimiterFailures limiterFailures = new LimiterFailures(this.time);

	public final ChargeLimiter limiter = new ChargeLimiter(this.store, NamedBudgets.NONE, this.killSwitch,
			this.limiterFailures, this.time, RateLimitListener.NONE, WaitingThreadLimit.NONE);

	public final ServletAnswers answers = new ServletAnswers(new AnswerStyles(List.of(), List.of(), this.time),
			List.of("x-ratelimit"), "problem", new CorsHeaders(List::of), UpstreamHeadersMode.REPLACE,
			Duration.ofMinutes(1));

	public LimitPolicy limit(String name, String rate, KeyExpression... keys) {
		return limit(name, rate, OnMissingKey.IP, null, keys);
	}

	public LimitPolicy limit(String name, String rate, OnMissingKey onMissingKey, @Nullable Expression<Long> cost,
			KeyExpression... keys) {
		List<KeySource> sources = List.of(keys).stream().map(KeyExpression::source).toList();
		return LimitPolicy.of(this.registry.register(Limit.of(name, Rate.parse(rate)), sources), List.of(keys),
				onMissingKey, cost);
	}

	public LimitStatistics statistics(String limit) {
		return this.registry.get(limit).statistics();
	}

	public CurrentHttpRequest scopes(Rules rules) {
		return scopes(rules, Identity.NONE);
	}

	public CurrentHttpRequest scopes(Rules rules, Identity identity) {
		return new CurrentHttpRequest(rules, this.answers, identity, this.limiterFailures,
				new ClientAddresses(64, false));
	}

	public RateLimitFilter filter(RulePhase phase, Rules rules, CurrentHttpRequest scopes) {
		return new RateLimitFilter(phase, rules, this.limiter, scopes, this.answers, this.limiterFailures);
	}

	public static KeyExpression global() {
		return key("global", Key.GLOBAL_KIND, false, (facts) -> Key.GLOBAL);
	}

	public static KeyExpression ip() {
		return key("ip", Key.ADDRESS_KIND, false, (facts) -> key(Key.ADDRESS_KIND, facts.ip()));
	}

	public static KeyExpression user() {
		return key("user", Key.USER_KIND, true, (facts) -> key(Key.USER_KIND, facts.user()));
	}

	public static KeyExpression path() {
		return value("path", RequestFacts::path);
	}

	public static KeyExpression header(String name) {
		return value("header('" + name + "')", (facts) -> facts.header(name));
	}

	public static KeyExpression value(String text, Function<RequestFacts, @Nullable String> value) {
		return key(text, Key.VALUE_KIND, false, (facts) -> key(Key.VALUE_KIND, value.apply(facts)));
	}

	public static KeyExpression failing() {
		return value("failing", (facts) -> {
			throw new IllegalStateException("A bug of ours");
		});
	}

	public static Expression<Long> cost(ToLongFunction<RequestFacts> cost) {
		return new Expression<>("cost", Expression.Inputs.NONE,
				(call) -> cost.applyAsLong(Objects.requireNonNull(call.request())));
	}

	private static @Nullable Key key(String kind, @Nullable String text) {
		return (text == null || text.isEmpty()) ? null : Key.of(kind, text);
	}

	private static KeyExpression key(String text, String kind, boolean security,
			Function<RequestFacts, @Nullable Key> value) {
		return new KeyExpression(new KeySource(text, kind),
				new Expression.Inputs(security, false, false, false, Set.of(), Set.of()),
				(call) -> value.apply(Objects.requireNonNull(call.request())));
	}

}
