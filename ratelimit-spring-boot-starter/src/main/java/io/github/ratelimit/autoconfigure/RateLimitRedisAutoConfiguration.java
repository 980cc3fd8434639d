package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.autoconfigure.ConditionalOnStore.OnStoreCondition;
import io.github.ratelimit.autoconfigure.properties.InvalidConfigurationException;
import io.github.ratelimit.autoconfigure.properties.LimitDefinitions;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties.Store;
import io.github.ratelimit.limiter.RateLimitListener;
import io.github.ratelimit.observation.Listeners;
import io.github.ratelimit.observation.OutageEvents;
import io.github.ratelimit.registry.LimitChanges;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.SharedChanges;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.RedisStore;
import io.github.ratelimit.store.redis.RedisStoreSettings;
import io.github.ratelimit.store.redis.bucket4j.RedisBuckets;
import java.util.stream.Stream;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Auto-configuration of limits that instances share through Redis. It precedes the memory
 * store, and has no effect if that is configured.
 */
@AutoConfiguration(before = RateLimitAutoConfiguration.class,
		afterName = "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration")
@ConditionalOnStore(Store.REDIS)
public final class RateLimitRedisAutoConfiguration {

	private static final String SPRING_DATA_REDIS = "org.springframework.data.redis.connection.RedisConnectionFactory";

	/** Selects the connections for limits among several beans. */
	private static final String QUALIFIER = "ratelimit";

	private static InvalidConfigurationException missing(String problem, String remedy) {
		return new InvalidConfigurationException("ratelimit.store", "redis", problem,
				remedy + " Or write ratelimit.store: memory, so that each instance counts for itself.");
	}

	static RedisStoreSettings settings(RateLimitProperties properties) {
		RateLimitProperties.Redis redis = properties.redis();
		return new RedisStoreSettings(redis.keyPrefix(), redis.deadline(), properties.memory().maxKeysPerLimit(),
				properties.onStoreFailure(), redis.slotLease());
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = SPRING_DATA_REDIS)
	@ConditionalOnMissingBean(LimitStore.class)
	static class WithRedis {

		@Bean
		StandIn rateLimitRedisStandIn(RateLimitProperties properties, TimeSource time) {
			return new StandIn(new MemoryStore(time, properties.memory().maxKeysPerLimit()));
		}

		@Bean
		PeriodicTask rateLimitRedisStandInSweeper(StandIn standIn) {
			return new PeriodicTask(standIn.store()::sweep, MemoryStore.SWEEP_PERIOD);
		}

		@Bean
		RedisStore rateLimitRedisStore(ListableBeanFactory beans, RateLimitProperties properties,
				LimitDefinitions definitions, StandIn standIn, TimeSource time, ObjectProvider<StoreObserver> observers,
				ObjectProvider<RateLimitListener> listeners, LimitRegistry registry) {
			OnStoreCondition.check(Store.REDIS, properties);
			RedisStore store = create(required(beans), settings(properties), standIn, time,
					observer(observers, listeners));
			try {
				registry.addCheck(definitions.countableBy(store::check,
						"cannot be counted in Redis, and ratelimit.store is redis"));
				store.compareConfigurations(registry::all);
			}
			catch (RuntimeException ex) {
				store.close();
				throw ex;
			}
			return store;
		}

		private static StoreObserver observer(ObjectProvider<StoreObserver> observers,
				ObjectProvider<RateLimitListener> listeners) {
			OutageEvents outages = new OutageEvents("redis",
					Listeners.ofLimits(() -> listeners.orderedStream().toList()));
			return Listeners.ofStore(Stream.concat(observers.orderedStream(), Stream.of(outages)).toList());
		}

		private static RedisStore create(RedisConnectionFactory connections, RedisStoreSettings settings,
				StandIn standIn, TimeSource time, StoreObserver observer) {
			try {
				return RedisStore.create(connections, settings, standIn.store(), time, observer);
			}
			catch (IllegalArgumentException ex) {
				InvalidConfigurationException invalid = missing(String.valueOf(ex.getMessage()),
						"Add the dependency io.netty:netty-transport-native-epoll with the classifier of your system, "
								+ "such as linux-x86_64.");
				invalid.initCause(ex);
				throw invalid;
			}
		}

		/**
		 * The bean with the library's qualifier, otherwise the only or the primary one.
		 */
		private static RedisConnectionFactory required(ListableBeanFactory beans) {
			String[] names = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beans, RedisConnectionFactory.class);
			for (String name : names) {
				if (BeanFactoryAnnotationUtils.isQualifierMatch(QUALIFIER::equals, name, beans)) {
					return beans.getBean(name, RedisConnectionFactory.class);
				}
			}
			RedisConnectionFactory connectionFactory = beans.getBeanProvider(RedisConnectionFactory.class)
				.getIfUnique();
			if (connectionFactory == null) {
				throw (names.length == 0) ? missing("needs a bean of type RedisConnectionFactory, but there is none",
						"Spring Boot makes one unless its DataRedisAutoConfiguration is excluded: include it, or "
								+ "define the bean yourself.")
						: missing(
								"needs one bean of type RedisConnectionFactory, and there are " + names.length + ": "
										+ String.join(", ", names),
								"Put @Qualifier(\"" + QUALIFIER
										+ "\") on the @Bean method of the one that limits are to "
										+ "use, or @Primary on the one that is for everything.");
			}
			return connectionFactory;
		}

		/**
		 * Lazy: it has its own connections, which only an application that uses it should
		 * open.
		 */
		@Bean
		@Lazy
		@ConditionalOnMissingBean(type = "io.github.bucket4j.distributed.proxy.ProxyManager")
		RedisBuckets rateLimitRedisBuckets(ListableBeanFactory beans, RateLimitProperties properties) {
			return RedisBuckets.create(required(beans), properties.redis().keyPrefix(), properties.redis().deadline());
		}

		@Bean
		SharedChanges rateLimitSharedChanges(RedisStore store) {
			return store.changes();
		}

		@Bean
		RedisStoreLifecycle rateLimitRedisStoreLifecycle(RedisStore store, LimitChanges changes,
				ApplicationContext context) {
			return new RedisStoreLifecycle(() -> {
				store.warmUp();
				changes.start();
			}, store::close, context);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingClass(SPRING_DATA_REDIS)
	@ConditionalOnMissingBean(LimitStore.class)
	static class WithoutRedis {

		@Bean
		LimitStore rateLimitRedisStore() {
			throw missing("needs Spring Data Redis, which is not on the class path",
					"Add the dependency org.springframework.boot:spring-boot-starter-data-redis.");
		}

	}

	/**
	 * The store during an outage of Redis. No bean of its own type, since there is one
	 * store.
	 *
	 * @param store the memory
	 */
	record StandIn(MemoryStore store) {
	}

}
