package io.github.ratelimit.autoconfigure.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.ratelimit.LimitMode;
import io.github.ratelimit.actuate.ClientDescriptor;
import io.github.ratelimit.actuate.RateLimitsEndpoint;
import io.github.ratelimit.autoconfigure.RateLimitAutoConfiguration;
import io.github.ratelimit.autoconfigure.RateLimitEndpointAutoConfiguration;
import io.github.ratelimit.client.ClientCall;
import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.ClientSettings;
import io.github.ratelimit.client.ClientSettings.KeyPart;
import io.github.ratelimit.client.ClientSettings.ModelSettings;
import io.github.ratelimit.client.OutboundRequest;
import io.github.ratelimit.client.http.RestClientCustomizers;
import io.github.ratelimit.client.reactive.WebClientCustomizers;
import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.governor.GovernorSettings;
import io.github.ratelimit.governor.GovernorSettings.ConfiguredQuota;
import io.github.ratelimit.observation.ClientMetrics;
import io.github.ratelimit.provider.dialect.ClientDialect;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.ProviderResponse;
import io.github.ratelimit.provider.dialect.ProviderSnapshot;
import io.github.ratelimit.provider.usage.ModelRequest;
import io.github.ratelimit.registry.KillSwitch;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class RateLimitClientAutoConfigurationTests {

	private static final String OPENAI = "ratelimit.clients.openai.";

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(RateLimitAutoConfiguration.class, RateLimitClientAutoConfiguration.class,
						RateLimitClientMetricsAutoConfiguration.class, RateLimitEndpointAutoConfiguration.class,
						RateLimitRestClientAutoConfiguration.class, RateLimitWebClientAutoConfiguration.class,
						RateLimitOpenAiAutoConfiguration.class, RateLimitAnthropicAutoConfiguration.class))
		.withPropertyValues("management.endpoints.web.exposure.include=ratelimits");

	private final WebApplicationContextRunner openAi = this.runner
		.withPropertyValues(OPENAI + "match=https://api.openai.com/**");

	@Test
	void aClientNeedsNothingButItsAddresses() {
		this.openAi.run((context) -> {
			ClientLimiter client = context.getBean(ClientLimiters.class).get("openai");
			assertThat(client.matches(URI.create("https://api.openai.com/v1/chat/completions"))).isTrue();
			assertThat(client.matches(URI.create("https://api.openai.com:443/"))).isTrue();
			assertThat(client.matches(URI.create("http://api.openai.com/v1"))).isFalse();
			assertThat(client.matches(URI.create("https://api.openai.com.example/v1"))).isFalse();
			ClientSettings settings = client.settings();
			assertThat(settings.dialect()).isNull();
			assertThat(settings.key()).containsExactly(KeyPart.CREDENTIAL, KeyPart.MODEL);
			assertThat(settings.settings()).isEqualTo(new GovernorSettings(List.of(), true, Integer.MAX_VALUE, 1000,
					Duration.ofSeconds(30), 0.1, Duration.ofMinutes(5), LimitMode.ENFORCE));
			assertThat(settings.retry().maxAttempts()).isEqualTo(1);
		});
	}

	@Test
	void everySettingIsRead() {
		this.openAi
			.withPropertyValues(OPENAI + "dialect=none", OPENAI + "key=credential", OPENAI + "requests=500/min",
					OPENAI + "input-tokens=1000/s", OPENAI + "max-concurrent=50", OPENAI + "max-wait=5s",
					OPENAI + "max-waiting=7", OPENAI + "reserve=25%", OPENAI + "retry.max-attempts=3",
					OPENAI + "retry.budget=20%", OPENAI + "mode=shadow")
			.run((context) -> {
				ClientSettings settings = context.getBean(ClientLimiters.class).get("openai").settings();
				assertThat(
						settings.settings())
					.isEqualTo(new GovernorSettings(
							List.of(new ConfiguredQuota(Dimension.REQUESTS, 500, Duration.ofMinutes(1)),
									new ConfiguredQuota(Dimension.INPUT_TOKENS, 1000, Duration.ofSeconds(1))),
							false, 50, 7, Duration.ofSeconds(5), 0.25, Duration.ofMinutes(5), LimitMode.SHADOW));
				assertThat(settings.key()).containsExactly(KeyPart.CREDENTIAL);
				assertThat(settings.retry().maxAttempts()).isEqualTo(3);
				assertThat(settings.retry().budget()).isEqualTo(0.2);
			});
	}

	@Test
	void namesOfModelsKeepTheirDotsAndStars() {
		this.openAi
			.withPropertyValues(OPENAI + "tokens=1000/min", OPENAI + "models.gpt-4.1-mini*.tokens=2000/min",
					OPENAI + "models.gpt-4.1-mini*.max-concurrent=3", OPENAI + "models.o3.max-wait=1m")
			.run((context) -> {
				List<ModelSettings> models = context.getBean(ClientLimiters.class).get("openai").settings().models();
				assertThat(models).extracting(ModelSettings::pattern).containsExactly("gpt-4.1-mini*", "o3");
				assertThat(models.get(0).settings().quotas())
					.containsExactly(new ConfiguredQuota(Dimension.TOKENS, 2000, Duration.ofMinutes(1)));
				assertThat(models.get(0).settings().maxConcurrent()).isEqualTo(3);
				assertThat(models.get(1).settings().quotas())
					.containsExactly(new ConfiguredQuota(Dimension.TOKENS, 1000, Duration.ofMinutes(1)));
				assertThat(models.get(1).settings().maxWait()).isEqualTo(Duration.ofMinutes(1));
			});
	}

	@Test
	void settingsOfModelsThatNoQuotaIsCountedByFailStartUp() {
		this.openAi.withPropertyValues(OPENAI + "key=credential", OPENAI + "models.gpt-4.1*.requests=500/min")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining(OPENAI + "models' with value 'gpt-4.1*' has settings of its own")
				.hasMessageContaining("Add model to " + OPENAI + "key, or remove the models."));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			match=api.openai.com            | ratelimit.clients.openai.match[0] | https://api.openai.com/**
			match=https://*openai.com       | ratelimit.clients.openai.match[0] | end of a name
			dialect=opennai                 | ratelimit.clients.openai.dialect  | openai
			tokens=500000/fortnight         | ratelimit.clients.openai.tokens   | 500000/fortnight
			requests=10/min burst 20        | ratelimit.clients.openai.requests | 500/min
			reserve=95%                     | ratelimit.clients.openai.reserve  | 10%
			reserve=much                    | ratelimit.clients.openai.reserve  | 10%
			max-concurrent=0                | ratelimit.clients.openai.max-concurrent | below 1
			retry.max-attempts=0            | ratelimit.clients.openai.retry.max-attempts | 1 for no retries
			""")
	void anInvalidValueFailsStartUpWithACorrection(String property, String name, String remedy) {
		this.runner.withPropertyValues(OPENAI + property)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining(name)
				.hasMessageContaining(remedy));
	}

	@Test
	void aClientCannotHaveTheNameOfALimit() {
		this.openAi.withPropertyValues("ratelimit.limits.openai.rate=1/s", "ratelimit.limits.openai.key=global")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("ratelimit.clients.openai")
				.hasMessageContaining("ratelimit.limits.openai"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "ratelimit.mode=shadow", "ratelimit.enabled=false" })
	void shadowModeAndSwitchingOffHoldForClientsTooUntilTheyEnd(String property) {
		this.openAi
			.withPropertyValues(property, OPENAI + "requests=1/h", OPENAI + "dialect=none", OPENAI + "max-wait=10ms")
			.run((context) -> {
				ClientLimiter limiter = context.getBean(ClientLimiters.class).get("openai");
				OutboundRequest request = OutboundRequest.of(URI.create("https://api.openai.com/v1"), (name) -> null,
						ModelRequest.NONE);
				for (int i = 0; i < 3; i++) {
					limiter.acquire(request).close();
				}
				KillSwitch killSwitch = context.getBean(KillSwitch.class);
				killSwitch.set(true, LimitMode.ENFORCE);
				assertThatExceptionOfType(CallRefusedException.class).isThrownBy(() -> limiter.acquire(request));
			});
	}

	@Test
	void aDialectOfTheApplicationIsFoundByItsName() {
		this.openAi.withUserConfiguration(OwnDialect.class)
			.withPropertyValues(OPENAI + "dialect=ours")
			.run((context) -> assertThat(context.getBean(ClientLimiters.class).get("openai").settings().dialect())
				.isSameAs(context.getBean(ClientDialect.class)));
	}

	@Test
	void everyHttpClientThatIsThereIsCustomized() {
		this.openAi.run((context) -> assertThat(context).hasSingleBean(RestClientCustomizers.class)
			.hasSingleBean(WebClientCustomizers.class)
			.hasBean("rateLimitOpenAiCustomizer")
			.hasBean("rateLimitAnthropicCustomizer"));
	}

	@Test
	void applicationsWithoutAnyHttpClientStart() {
		this.openAi
			.withClassLoader(
					new FilteredClassLoader("org.springframework.web.client", "org.springframework.web.reactive",
							"org.springframework.boot.restclient", "org.springframework.boot.webclient",
							"org.springframework.ai", "okhttp3", "com.openai", "com.anthropic", "io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(ClientLimiters.class));
	}

	@Test
	void theEndpointShowsAClientAndItsKeys() {
		this.openAi.run((context) -> {
			RateLimitsEndpoint endpoint = context.getBean(RateLimitsEndpoint.class);
			assertThat(endpoint.rateLimits(null).clients()).containsOnlyKeys("openai");
			assertThat(endpoint.rateLimits(null).clients().get("openai").used()).isFalse();
			call(context.getBean(ClientLimiters.class));
			assertThat(endpoint.limit("openai", null, null, null)).isInstanceOfSatisfying(ClientDescriptor.class,
					(client) -> {
						assertThat(client.match()).containsExactly("https://api.openai.com/**");
						assertThat(client.used()).isTrue();
						assertThat(client.keys()).singleElement().satisfies((key) -> {
							assertThat(key.model()).isEqualTo("gpt-4o");
							assertThat(key.dialect()).isEqualTo("openai");
							assertThat(key.state()).isEqualTo("normal");
							assertThat(key.inFlight()).isEqualTo(1);
							assertThat(key.toString()).doesNotContain("sk-secret");
						});
					});
		});
	}

	private static ClientCall call(ClientLimiters clients) {
		URI uri = URI.create("https://api.openai.com/v1/chat/completions");
		return clients.get("openai")
			.acquire(new OutboundRequest(uri,
					(name) -> name.equalsIgnoreCase("Authorization") ? "Bearer sk-secret" : null,
					new ModelRequest("gpt-4o", 10, 20, false), false));
	}

	@Test
	void metricsCountCallsByTheirOutcome() {
		this.openAi.withUserConfiguration(Meters.class).run((context) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			context.getBean(ClientMetrics.class).bindTo(registry);
			ClientCall call = call(context.getBean(ClientLimiters.class));
			assertThat(registry.get("ratelimit.client.in.flight").tag("client", "openai").gauge().value()).isEqualTo(1);
			call.head(429, (name) -> null, null);
			call.close();
			assertThat(registry.get("ratelimit.client.calls")
				.tags("client", "openai", "outcome", "throttled")
				.counter()
				.count()).isPositive();
			assertThat(registry.getMeters()).noneMatch((meter) -> meter.getId().toString().contains("sk-secret"));
		});
	}

	@Configuration(proxyBeanMethods = false)
	static class Meters {

		@Bean
		MeterRegistry registry() {
			return new SimpleMeterRegistry();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnDialect {

		@Bean
		ClientDialect ours() {
			return new ClientDialect() {

				@Override
				public String name() {
					return "ours";
				}

				@Override
				public ProviderSnapshot read(ProviderResponse response) {
					return ProviderSnapshot.EMPTY;
				}

			};
		}

	}

}
