package io.github.ratelimit.method;

import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.autoconfigure.RateLimitMethodAutoConfiguration;
import io.github.ratelimit.expression.KeyExpression;
import io.github.ratelimit.expression.LimitPolicies;
import io.github.ratelimit.expression.LimitPolicy;
import io.github.ratelimit.expression.LimitPolicy.OnMissingKey;
import io.github.ratelimit.expression.RequestFacts;
import io.github.ratelimit.expression.spel.ExpressionParser;
import io.github.ratelimit.limiter.ChargeLimiter;
import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.limiter.NamedBudgets;
import io.github.ratelimit.limiter.RateLimitListener;
import io.github.ratelimit.limiter.StoreRateLimiter;
import io.github.ratelimit.permit.LimitedRequest;
import io.github.ratelimit.queue.WaitingThreadLimit;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.memory.MemoryStore;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * The limiter with a manual time: {@code chat} 2/min and {@code tokens} 100/min (cost 10)
 * by the header X-API-Key, {@code everyone} 3/min and {@code budget} 100/min (cost 10)
 * for all callers together.
 */
@Configuration(proxyBeanMethods = false)
@Import(RateLimitMethodAutoConfiguration.class)
class LimiterConfiguration {

	static AnnotationConfigApplicationContext start(Class<?>... components) {
		AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
		context.register(LimiterConfiguration.class);
		context.register(components);
		context.refresh();
		return context;
	}

	@Bean
	ManualTime time() {
		return new ManualTime();
	}

	@Bean
	KillSwitch killSwitch() {
		return new KillSwitch(true);
	}

	@Bean
	LimiterFailures limiterFailures(ManualTime time) {
		return new LimiterFailures(time);
	}

	@Bean
	MemoryStore store(ManualTime time) {
		return new MemoryStore(time, 1000);
	}

	@Bean
	LimitRegistry registry() {
		return new LimitRegistry();
	}

	@Bean
	ExpressionParser expressions(BeanFactory beanFactory) {
		return new ExpressionParser(beanFactory);
	}

	@Bean
	LimitPolicies policies(LimitRegistry registry, ExpressionParser expressions) {
		return new LimitPolicies(List.of(policy(registry, expressions, "chat", "2/min", "header('X-API-Key')", null),
				policy(registry, expressions, "tokens", "100/min", "header('X-API-Key')", "10"),
				policy(registry, expressions, "everyone", "3/min", "global", null),
				policy(registry, expressions, "budget", "100/min", "global", "10"),
				policy(registry, expressions, "one", "", "global", null), paced(registry, expressions)));
	}

	private static LimitPolicy paced(LimitRegistry registry, ExpressionParser expressions) {
		Limit limit = Limit.named("paced").rates(Rate.parse("1/s")).maxWait(Duration.ofSeconds(2), 100).build();
		KeyExpression key = expressions.requestKey("global");
		return LimitPolicy.of(registry.register(limit, List.of(key.source())), List.of(key), OnMissingKey.IP, null);
	}

	private static LimitPolicy policy(LimitRegistry registry, ExpressionParser expressions, String name, String rate,
			String key, @Nullable String cost) {
		KeyExpression expression = expressions.requestKey(key);
		Limit limit = rate.isEmpty() ? Limit.named(name).maxConcurrent(1).build()
				: Limit.named(name).rates(Rate.parse(rate)).costed(cost != null).build();
		return LimitPolicy.of(registry.register(limit, List.of(expression.source())), List.of(expression),
				OnMissingKey.IP, (cost != null) ? expressions.requestCost(cost) : null);
	}

	@Bean
	ChargeLimiter chargeLimiter(LimitStore store, KillSwitch killSwitch, LimiterFailures limiterFailures,
			ManualTime time) {
		return new ChargeLimiter(store, NamedBudgets.NONE, killSwitch, limiterFailures, time, RateLimitListener.NONE,
				WaitingThreadLimit.NONE);
	}

	@Bean
	RateLimiter rateLimiter(LimitRegistry registry, ChargeLimiter charges) {
		return new StoreRateLimiter(registry, NamedBudgets.NONE, charges);
	}

	@Bean
	BoundRequest request() {
		return new BoundRequest();
	}

	@Bean
	LimitedRequest.Current scopes(BoundRequest request) {
		return request::scope;
	}

	@Bean
	RequestFacts.Current facts(BoundRequest request) {
		return request::facts;
	}

}
