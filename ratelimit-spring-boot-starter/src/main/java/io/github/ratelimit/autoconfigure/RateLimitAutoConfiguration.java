package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.autoconfigure.ConditionalOnStore.OnStoreCondition;
import io.github.ratelimit.autoconfigure.properties.LimitDefinitions;
import io.github.ratelimit.autoconfigure.properties.PropertiesCheck;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties.Store;
import io.github.ratelimit.autoconfigure.report.StartUpReport;
import io.github.ratelimit.expression.LimitPolicies;
import io.github.ratelimit.expression.LimitPolicy;
import io.github.ratelimit.expression.spel.ExpressionParser;
import io.github.ratelimit.limiter.ChargeLimiter;
import io.github.ratelimit.limiter.LimiterFailures;
import io.github.ratelimit.limiter.NamedBudgets;
import io.github.ratelimit.limiter.RateLimitListener;
import io.github.ratelimit.limiter.StoreRateLimiter;
import io.github.ratelimit.observation.BanPublisher;
import io.github.ratelimit.observation.ChangePublisher;
import io.github.ratelimit.observation.DenialPublisher;
import io.github.ratelimit.observation.Listeners;
import io.github.ratelimit.permit.LimitedRequest;
import io.github.ratelimit.queue.WaitingThreadLimit;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitChanges;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.SharedChanges;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.memory.MemoryStore;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of the limits and of the {@link RateLimiter} that decides over them.
 */
@AutoConfiguration
@EnableConfigurationProperties(RateLimitProperties.class)
public final class RateLimitAutoConfiguration {

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static PropertiesCheck rateLimitPropertiesCheck(Environment environment) {
		return new PropertiesCheck(environment);
	}

	@Bean
	@ConditionalOnMissingBean
	TimeSource rateLimitTimeSource() {
		return TimeSource.system();
	}

	@Bean
	@ConditionalOnMissingBean
	KillSwitch rateLimitKillSwitch(RateLimitProperties properties) {
		return new KillSwitch(properties.enabled(), properties.mode());
	}

	@Bean
	@ConditionalOnMissingBean
	LimiterFailures rateLimitFailures(TimeSource time) {
		return new LimiterFailures(time);
	}

	@Bean
	@ConditionalOnStore(Store.MEMORY)
	@ConditionalOnMissingBean(LimitStore.class)
	MemoryStore rateLimitMemoryStore(RateLimitProperties properties, TimeSource time, LimitRegistry registry,
			LimitDefinitions definitions) {
		OnStoreCondition.check(Store.MEMORY, properties);
		MemoryStore store = new MemoryStore(time, properties.memory().maxKeysPerLimit());
		registry.addCheck(definitions.countableBy(store::check, "cannot be counted exactly"));
		return store;
	}

	@Bean
	@ConditionalOnBean(MemoryStore.class)
	PeriodicTask rateLimitSweeper(MemoryStore store) {
		return new PeriodicTask(store::sweep, MemoryStore.SWEEP_PERIOD);
	}

	@Bean
	@ConditionalOnMissingBean
	ExpressionParser rateLimitExpressionParser(BeanFactory beanFactory) {
		return new ExpressionParser(beanFactory);
	}

	@Bean
	LimitDefinitions rateLimitDefinitions(RateLimitProperties properties, PropertiesCheck check,
			ExpressionParser parser) {
		return new LimitDefinitions(properties, check, parser);
	}

	@Bean
	@ConditionalOnMissingBean
	LimitRegistry limitRegistry(LimitDefinitions definitions) {
		LimitRegistry registry = new LimitRegistry();
		definitions.registerIn(registry);
		return registry;
	}

	@Bean
	@ConditionalOnMissingBean
	LimitPolicies limitPolicies(LimitDefinitions definitions, LimitRegistry registry, ListableBeanFactory beans,
			TimeSource time, ObjectProvider<NamedBudgets> budgets) {
		return definitions.policiesIn(registry, beans, time,
				budgets.getIfAvailable(() -> NamedBudgets.NONE)
					.all()
					.stream()
					.map((budget) -> LimitPolicy.withoutKey(budget.registered()))
					.toList());
	}

	@Bean
	WaitingThreadLimit rateLimitWaitingThreadLimit(ObjectProvider<RequestThreads> threads) {
		RequestThreads known = threads.getIfAvailable(() -> RequestThreads.NONE_HELD);
		return new WaitingThreadLimit(known.forWaiting(), known.serving());
	}

	@Bean
	@ConditionalOnMissingBean
	ChargeLimiter rateLimitChargeLimiter(LimitDefinitions definitions, LimitRegistry registry, LimitStore store,
			KillSwitch killSwitch, LimiterFailures limiterFailures, TimeSource time,
			ObjectProvider<RateLimitListener> listeners, WaitingThreadLimit threadLimit,
			ObjectProvider<NamedBudgets> ofClients) {
		definitions.registerIn(registry);
		return new ChargeLimiter(store, ofClients.getIfAvailable(() -> NamedBudgets.NONE), killSwitch, limiterFailures,
				time, Listeners.ofLimits(() -> listeners.orderedStream().toList()), threadLimit);
	}

	@Bean
	@Fallback // the application's own RateLimiter wins in its own code
	@ConditionalOnBean(name = "rateLimitChargeLimiter")
	RateLimiter rateLimiter(LimitRegistry registry, ChargeLimiter limiter, ObjectProvider<NamedBudgets> budgets) {
		return new StoreRateLimiter(registry, budgets.getIfAvailable(() -> NamedBudgets.NONE), limiter);
	}

	@Bean
	@ConditionalOnMissingBean
	BanPublisher rateLimitBanPublisher(ApplicationEventPublisher events, TimeSource time) {
		return new BanPublisher(events, time);
	}

	@Bean
	@ConditionalOnMissingBean
	LimitChanges rateLimitChanges(LimitRegistry registry, KillSwitch killSwitch, LimitDefinitions definitions,
			ObjectProvider<SharedChanges> shared, ApplicationEventPublisher events,
			ObjectProvider<RateLimitListener> listeners, TimeSource time) {
		registry.addCheck(definitions::checkCosts);
		return new LimitChanges(registry, killSwitch, shared.getIfAvailable(() -> SharedChanges.NONE),
				new ChangePublisher(events, Listeners.ofLimits(() -> listeners.orderedStream().toList()), time), time);
	}

	@Bean
	EnvironmentRefresh rateLimitEnvironmentRefresh(Environment environment, ExpressionParser parser,
			LimitDefinitions definitions, RateLimitProperties properties, LimitChanges changes) {
		return new EnvironmentRefresh(environment, parser, definitions, properties.http().rules(), changes);
	}

	@Bean
	@ConditionalOnMissingBean
	DenialPublisher rateLimitDenialPublisher(ApplicationContext context,
			ObjectProvider<LimitedRequest.Current> requests) {
		return new DenialPublisher(context, requests::getIfAvailable);
	}

	@Bean
	StartUpReport rateLimitStartUpReport(ApplicationContext context, LimitRegistry registry, LimitStore store,
			KillSwitch killSwitch, RateLimitProperties properties, LimitDefinitions definitions,
			ObjectProvider<RequestThreads> threads) {
		return new StartUpReport(context, registry, store, killSwitch, properties, definitions,
				threads.getIfAvailable(() -> RequestThreads.NONE_HELD).describe());
	}

}
