package io.github.ratelimit.autoconfigure.client;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.autoconfigure.RateLimitAutoConfiguration;
import io.github.ratelimit.autoconfigure.properties.ClientReader;
import io.github.ratelimit.autoconfigure.properties.PropertiesCheck;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties;
import io.github.ratelimit.client.ClientBudget;
import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.ClientListener;
import io.github.ratelimit.governor.CallRequest.Caller;
import io.github.ratelimit.limiter.NamedBudgets;
import io.github.ratelimit.observation.Listeners;
import io.github.ratelimit.provider.dialect.ClientDialect;
import io.github.ratelimit.provider.dialect.Dialects;
import io.github.ratelimit.provider.usage.TokenEstimator;
import io.github.ratelimit.queue.AsyncCallThreads;
import io.github.ratelimit.queue.WaitingThreadLimit;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.LimitStore;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the clients of the
 * configuration, whatever HTTP client they use.
 */
@AutoConfiguration(after = RateLimitAutoConfiguration.class)
@ConditionalOnBean(PropertiesCheck.class)
public final class RateLimitClientAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	Dialects rateLimitDialects(ObjectProvider<ClientDialect> own) {
		return new Dialects(own.orderedStream().toList());
	}

	@Bean
	@ConditionalOnMissingBean
	TokenEstimator rateLimitTokenEstimator() {
		return TokenEstimator.DEFAULT;
	}

	@Bean
	@ConditionalOnMissingBean
	ClientLimiters rateLimitClientLimiters(RateLimitProperties properties, PropertiesCheck check,
			Environment environment, Dialects dialects, TokenEstimator estimator, TimeSource time,
			ObjectProvider<ClientListener> listeners, LimitStore store, KillSwitch killSwitch,
			WaitingThreadLimit threads) {
		LimitStore shared = (properties.store() == RateLimitProperties.Store.REDIS) ? store : null;
		ClientListener listener = Listeners.ofClients(listeners.orderedStream().toList());
		Supplier<Caller> callers = callers(threads);
		List<ClientLimiter> limiters = new ClientReader(properties, check, environment, dialects).read()
			.stream()
			.map((settings) -> new ClientLimiter(settings, dialects, estimator, time, AsyncCallThreads.create(),
					listener, shared, killSwitch, callers))
			.toList();
		return new ClientLimiters(limiters);
	}

	/**
	 * Waiting is bounded where it holds threads of a server that has a number of them.
	 */
	private static Supplier<Caller> callers(WaitingThreadLimit threads) {
		return threads.isBounded() ? () -> threads.ofKey()::hold : () -> Caller.UNBOUNDED;
	}

	@Bean
	@ConditionalOnMissingBean
	NamedBudgets rateLimitClientBudgets(ClientLimiters clients, LimitRegistry registry) {
		NamedBudgets budgets = new NamedBudgets(clients.all().stream().map(ClientBudget::new).toList());
		registry.addCheck(budgets::check);
		return budgets;
	}

	/** Its time is the machine's: no call waits for it, also if a test turns the time. */
	@Bean
	ClientReport rateLimitClientReport(ClientLimiters clients, WaitingThreadLimit threads) {
		return new ClientReport(clients, TimeSource.system(), threads);
	}

}
