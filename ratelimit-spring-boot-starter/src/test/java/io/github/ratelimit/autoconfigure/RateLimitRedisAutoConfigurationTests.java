package io.github.ratelimit.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.autoconfigure.properties.RateLimitProperties;
import io.github.ratelimit.autoconfigure.report.Failures;
import io.github.ratelimit.observation.RateLimitMetrics;
import io.github.ratelimit.observation.StoreMetrics;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.RedisStore;
import io.github.ratelimit.store.redis.RedisStoreSettings;
import io.github.ratelimit.store.redis.bucket4j.RedisBuckets;
import io.github.ratelimit.store.redis.server.RedisServer;
import io.github.ratelimit.store.redis.server.SharedRedis;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisSocketConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** How an application shares its limits through Redis, and its failures if it cannot. */
@Tag("redis")
class RateLimitRedisAutoConfigurationTests {

	private final ApplicationContextRunner memory = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(RateLimitAutoConfiguration.class,
				RateLimitMethodAutoConfiguration.class, RateLimitRedisAutoConfiguration.class))
		.withPropertyValues("ratelimit.limits.chat.rate=2/min", "ratelimit.limits.chat.key=ip");

	private final ApplicationContextRunner withoutConnections = this.memory.withPropertyValues("ratelimit.store=redis");

	private final ApplicationContextRunner runner = this.withoutConnections
		.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class));

	@ParameterizedTest
	@ValueSource(strings = { "redis", "REDIS", "re-dis", "redis " })
	void redisIsTheStoreIfItIsConfigured(String store) {
		this.runner.withPropertyValues("ratelimit.store=" + store)
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(LimitStore.class)
				.hasSingleBean(RedisStore.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "ratelimit.store=memory", "ratelimit.store=Memory", "nothing=about-it" })
	void redisIsNotUsedIfItIsNotConfigured(String property) throws IOException {
		try (ServerSocket redis = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			this.memory.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class))
				.withPropertyValues(property, "spring.data.redis.port=" + redis.getLocalPort())
				.run((context) -> {
					assertThat(context).hasNotFailed()
						.hasSingleBean(MemoryStore.class)
						.hasSingleBean(LimitStore.class)
						.hasSingleBean(RedisConnectionFactory.class);
					context.getBean(RateLimiter.class).tryAcquire("chat", "a");
					assertNoClientConnects(redis);
				});
		}
	}

	private static void assertNoClientConnects(ServerSocket server) throws IOException {
		server.setSoTimeout(200);
		assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> {
			try (Socket connected = server.accept()) {
				assertThat(connected).isNull();
			}
		});
	}

	@Test
	void lettuceAndJedisAreSupported() {
		this.runner.run((context) -> assertThat(context.getBean(RedisConnectionFactory.class))
			.isInstanceOf(LettuceConnectionFactory.class));
		this.runner.withPropertyValues("spring.data.redis.client-type=jedis")
			.run((context) -> assertThat(context).hasSingleBean(RedisStore.class)
				.getBean(RedisConnectionFactory.class)
				.isInstanceOf(JedisConnectionFactory.class));
		this.runner.withClassLoader(new FilteredClassLoader("io.lettuce"))
			.run((context) -> assertThat(context).hasSingleBean(RedisStore.class));
	}

	@Test
	@Timeout(30)
	void theApplicationStartsWhileRedisIsDown() throws IOException {
		// bound, so that no other process listens there
		try (Socket closed = new Socket()) {
			closed.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
			this.runner.withPropertyValues("spring.data.redis.port=" + closed.getLocalPort()).run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(RateLimiter.class).tryAcquire("chat", "a").isAllowed()).isTrue();
			});
		}
	}

	@Test
	void theApplicationStartsWhileRedisHangs() throws IOException {
		try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			this.runner.withPropertyValues("spring.data.redis.port=" + silent.getLocalPort())
				.run((context) -> assertThat(context).hasNotFailed());
		}
	}

	@Test
	void theStoreHasTheConfiguredSettings() {
		this.runner
			.withPropertyValues("ratelimit.redis.key-prefix=chat-api", "ratelimit.redis.deadline=30ms",
					"ratelimit.memory.max-keys-per-limit=7", "ratelimit.on-store-failure=allow",
					"ratelimit.limits.chat.on-store-failure=deny", "ratelimit.limits.everyone.rate=1000/s",
					"ratelimit.limits.everyone.key=global", "ratelimit.limits.everyone.lease=100ms")
			.run((context) -> {
				RedisStoreSettings settings = RateLimitRedisAutoConfiguration
					.settings(context.getBean(RateLimitProperties.class));
				LimitRegistry limits = context.getBean(LimitRegistry.class);
				assertThat(settings.keyPrefix()).isEqualTo("chat-api");
				assertThat(settings.deadline()).isEqualTo(Duration.ofMillis(30));
				assertThat(settings.maxKnownKeys()).isEqualTo(7);
				assertThat(settings.onStoreFailure()).isEqualTo(OnStoreFailure.ALLOW);
				assertThat(limits.get("chat").settings().onStoreFailure()).isEqualTo(OnStoreFailure.DENY);
				assertThat(limits.get("everyone").settings().onStoreFailure()).isNull();
				assertThat(limits.get("everyone").settings().lease()).isEqualTo(Duration.ofMillis(100));
				assertThat(limits.get("chat").settings().lease()).isNull();
			});
	}

	@Test
	void otherSettingsAreTheDocumentedDefaults() {
		RateLimitProperties properties = new Binder().bindOrCreate("ratelimit", RateLimitProperties.class);
		assertThat(RateLimitRedisAutoConfiguration.settings(properties)).isEqualTo(new RedisStoreSettings("ratelimit",
				Duration.ofMillis(50), 100_000, OnStoreFailure.SHARE, Duration.ofSeconds(30)));
	}

	@Test
	void theLocalFallbackIsSweptAndIsNotAStoreBean() {
		this.runner.run((context) -> assertThat(context).hasSingleBean(PeriodicTask.class)
			.doesNotHaveBean(MemoryStore.class)
			.getBean(LimitStore.class)
			.isInstanceOf(RedisStore.class));
	}

	@Test
	void aStoreOfTheApplicationTakesPrecedence() {
		this.runner.withUserConfiguration(OwnStore.class)
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(LimitStore.class)
				.hasBean("ownStore")
				.doesNotHaveBean("rateLimitRedisStandIn"));
	}

	@Test
	void missingClassesFailStartUpWithTheirDependency() {
		this.withoutConnections
			.withClassLoader(new FilteredClassLoader("org.springframework.data.redis", "io.lettuce", "redis.clients",
					"org.springframework.boot.data.redis"))
			.run((context) -> assertThat(analysis(context)).isEqualTo("""
					The rate limits are not configured correctly:

					    Code: RL481
					    Property: ratelimit.store
					    Value: "redis"
					    Reason: The value needs Spring Data Redis, which is not on the class path

					Add the dependency org.springframework.boot:spring-boot-starter-data-redis. Or write \
					ratelimit.store: memory, so that each instance counts for itself."""));
	}

	@Test
	void missingClassesDoNotMatterIfRedisIsNotConfigured() {
		this.memory
			.withClassLoader(new FilteredClassLoader("org.springframework.data.redis", "io.lettuce", "redis.clients",
					"org.springframework.boot.data.redis"))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(MemoryStore.class));
	}

	@Test
	void listedMastersAndReplicasAreUsed() {
		try (RedisServer master = RedisServer.start(); RedisServer replica = RedisServer.startReplicaOf(master)) {
			this.runner
				.withPropertyValues(
						"spring.data.redis.masterreplica.nodes=127.0.0.1:" + replica.port() + ",127.0.0.1:"
								+ master.port(),
						"ratelimit.redis.deadline=10s", "ratelimit.limits.chat.on-store-failure=deny")
				.run((context) -> {
					assertThat(context.getBean(RateLimiter.class).tryAcquire("chat", "a").isAllowed()).isTrue();
					assertThat((Long) master.command("DBSIZE")).isPositive();
				});
		}
	}

	@Test
	void listedMastersAndReplicasWithJedisFailStartUp() {
		this.runner
			.withPropertyValues("spring.data.redis.client-type=jedis",
					"spring.data.redis.masterreplica.nodes=127.0.0.1:1,127.0.0.1:2")
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.hasMessageContaining("not supported by Jedis"));
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void limitsAreKeptOverAUnixSocket(@TempDir Path directory) {
		Path socket = directory.resolve("redis.sock");
		try (RedisServer redis = RedisServer.start("--unixsocket", socket.toString())) {
			this.withoutConnections
				.withBean(RedisConnectionFactory.class,
						() -> new LettuceConnectionFactory(new RedisSocketConfiguration(socket.toString())))
				.run((context) -> {
					RateLimiter limiter = context.getBean(RateLimiter.class);
					assertThat(limiter.tryAcquire("chat", "caller").isAllowed()).isTrue();
					assertThat(limiter.tryAcquire("chat", "caller").isAllowed()).isTrue();
					assertThat(limiter.tryAcquire("chat", "caller").isAllowed()).isFalse();
					assertThat(String.valueOf(redis.command("KEYS", "*chat*"))).contains("chat");
				});
		}
	}

	@Test
	void severalConnectionsFailStartUpWithASuggestion() {
		this.withoutConnections.withBean("cache", RedisConnectionFactory.class, LettuceConnectionFactory::new)
			.withBean("sessions", RedisConnectionFactory.class, LettuceConnectionFactory::new)
			.run((context) -> assertThat(analysis(context)).contains(
					"Reason: The value needs one bean of type RedisConnectionFactory, and there are 2: cache, sessions",
					"@Qualifier(\"ratelimit\")", "@Primary"));
	}

	@Test
	void ofSeveralConnectionsTheQualifiedOneIsUsedOrElseThePrimaryOne() {
		String port = "spring.data.redis.port=" + SharedRedis.server().port();
		for (Class<?> choice : List.of(Qualified.class, Primary.class, QualifiedBesidePrimary.class)) {
			SharedRedis.flush();
			this.withoutConnections.withUserConfiguration(choice)
				.withPropertyValues(port, "ratelimit.redis.deadline=10s")
				.run((context) -> {
					assertThat(context.getBean(RateLimiter.class).tryAcquire("chat", "a").isAllowed()).isTrue();
					assertThat((Long) SharedRedis.server().command("DBSIZE")).as(choice.getSimpleName()).isPositive();
				});
		}
	}

	@Test
	void missingConnectionsFailStartUpWithTheirBean() {
		this.withoutConnections.run((context) -> assertThat(analysis(context)).isEqualTo(
				"""
						The rate limits are not configured correctly:

						    Code: RL482
						    Property: ratelimit.store
						    Value: "redis"
						    Reason: The value needs a bean of type RedisConnectionFactory, but there is none

						Spring Boot makes one unless its DataRedisAutoConfiguration is excluded: include it, or define the bean \
						yourself. Or write ratelimit.store: memory, so that each instance counts for itself."""));
	}

	@Test
	void bucket4jBucketsAreAvailableOnDemand() {
		this.runner
			.withPropertyValues("spring.data.redis.port=" + SharedRedis.server().port(), "ratelimit.redis.deadline=5s")
			.run((context) -> {
				BucketConfiguration twice = BucketConfiguration.builder()
					.addLimit((limit) -> limit.capacity(2).refillGreedy(2, Duration.ofDays(1)))
					.build();
				Bucket bucket = context.getBean("rateLimitRedisBuckets", RedisBuckets.class)
					.getProxy("configured:" + System.nanoTime(), () -> twice);
				assertThat(context.getBean(ProxyManager.class)).isInstanceOf(RedisBuckets.class);
				assertThat(List.of(bucket.tryConsume(1), bucket.tryConsume(1), bucket.tryConsume(1)))
					.containsExactly(true, true, false);
			});
		this.memory.run((context) -> assertThat(context).doesNotHaveBean(ProxyManager.class));
	}

	@Test
	void aPlanThatRedisCannotCountFailsStartUp() {
		this.runner.withPropertyValues("ratelimit.limits.huge.rate=10/h", "ratelimit.limits.huge.key=ip",
				"ratelimit.limits.huge.plan=claim('plan')", "ratelimit.limits.huge.plans.pro=1000003/h burst 10000000")
			.run((context) -> assertThat(analysis(context))
				.contains("Property: ratelimit.limits.huge.plans.pro\n", "Value: \"1000003/h burst 10000000\"")
				.contains("a smaller burst"));
	}

	@Test
	void aLimitThatRedisCannotCountFailsStartUp() {
		this.runner
			.withPropertyValues("ratelimit.limits.huge.rate=1000003/h burst 10000000", "ratelimit.limits.huge.key=ip")
			.run((context) -> assertThat(analysis(context))
				.contains("Property: ratelimit.limits.huge.rate\n", "Value: \"1000003/h burst 10000000\"",
						"Reason: The value cannot be counted in Redis, and ratelimit.store is redis")
				.contains("a smaller burst"));
	}

	@Test
	void aLimitOfAnAnnotationThatRedisCannotCountFailsStartUp() {
		this.runner.withUserConfiguration(Huge.class).run((context) -> {
			assertThat(context).hasFailed();
			FailureAnalysis analysis = Failures.analyze(context.getStartupFailure(), null);
			assertThat(analysis.getDescription()).contains("Where: method " + Huge.class.getName() + ".send()",
					"Attribute: rate", "Value: \"1000003/h burst 10000000\"");
			assertThat(analysis.getAction()).contains("a smaller burst");
		});
	}

	@Test
	void limitsThatOnlyMemoryCanCountAreAcceptedThere() {
		this.runner
			.withPropertyValues("ratelimit.store=memory", "ratelimit.limits.huge.rate=1000003/h burst 10000000",
					"ratelimit.limits.huge.key=ip")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void redisIsMeasuredIfThereAreMetrics() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(StoreObserver.class));
		ApplicationContextRunner metered = this.runner
			.withConfiguration(AutoConfigurations.of(RateLimitMetricsAutoConfiguration.class))
			.withBean(MeterRegistry.class, SimpleMeterRegistry::new);
		metered.withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class)).run((context) -> {
			context.getBean(StoreObserver.class).failed("timeout");
			assertThat(context.getBean(MeterRegistry.class).get("ratelimit.store.errors").counter().count())
				.isEqualTo(1);
		});
		metered.withClassLoader(new FilteredClassLoader("org.springframework.boot.micrometer.metrics"))
			.run((context) -> {
				context.getBean(StoreObserver.class).failed("timeout");
				assertThat(context.getBean(MeterRegistry.class).get("ratelimit.store.errors").counter().count())
					.isEqualTo(1);
			});
		metered.withBean(StoreObserver.class, () -> StoreObserver.NONE)
			.run((context) -> assertThat(context).doesNotHaveBean(StoreMetrics.class));
	}

	@Test
	void memoryIsNotMeasured() {
		this.memory.withConfiguration(AutoConfigurations.of(RateLimitMetricsAutoConfiguration.class))
			.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.run((context) -> assertThat(context).hasSingleBean(RateLimitMetrics.class)
				.doesNotHaveBean(StoreMetrics.class));
	}

	private static String analysis(AssertableApplicationContext context) {
		assertThat(context).hasFailed();
		FailureAnalysis analysis = Failures.analyze(context.getStartupFailure(), null);
		assertThat(analysis).as("analysis of " + context.getStartupFailure()).isNotNull();
		return analysis.getDescription() + "\n\n" + analysis.getAction();
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnStore {

		@Bean
		MemoryStore ownStore(TimeSource time) {
			return new MemoryStore(time, 7);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Elsewhere {

		@Bean
		LettuceConnectionFactory elsewhere() {
			return new LettuceConnectionFactory("127.0.0.1", 1);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Qualified extends Elsewhere {

		@Bean
		@Qualifier("ratelimit")
		LettuceConnectionFactory limits(@Value("${spring.data.redis.port}") int port) {
			return new LettuceConnectionFactory("127.0.0.1", port);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Primary extends Elsewhere {

		@Bean
		@org.springframework.context.annotation.Primary
		LettuceConnectionFactory everything(@Value("${spring.data.redis.port}") int port) {
			return new LettuceConnectionFactory("127.0.0.1", port);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class QualifiedBesidePrimary extends Qualified {

		@Bean
		@org.springframework.context.annotation.Primary
		LettuceConnectionFactory everything() {
			return new LettuceConnectionFactory("127.0.0.1", 1);
		}

	}

	static class Huge {

		@RateLimited(rate = "1000003/h burst 10000000", key = "global")
		public void send() {
		}

	}

}
