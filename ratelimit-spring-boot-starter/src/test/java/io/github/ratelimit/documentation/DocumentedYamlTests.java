package io.github.ratelimit.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.PlanResolver;
import io.github.ratelimit.autoconfigure.RateLimitAutoConfiguration;
import io.github.ratelimit.autoconfigure.RateLimitMethodAutoConfiguration;
import io.github.ratelimit.autoconfigure.RateLimitRedisAutoConfiguration;
import io.github.ratelimit.autoconfigure.RateLimitWebAutoConfiguration;
import io.github.ratelimit.autoconfigure.StartUp;
import io.github.ratelimit.autoconfigure.client.RateLimitClientAutoConfiguration;
import io.github.ratelimit.documentation.Page.Block;
import io.github.ratelimit.provider.BodyStyle;
import io.github.ratelimit.provider.Refusal;
import io.github.ratelimit.registry.LimitRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.yaml.snakeyaml.Yaml;

/** An application starts with each block of YAML, and knows every property in it. */
@Tag("version-independent")
@ExtendWith(OutputCaptureExtension.class)
class DocumentedYamlTests {

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(RateLimitRedisAutoConfiguration.class,
				RateLimitAutoConfiguration.class, RateLimitMethodAutoConfiguration.class,
				RateLimitWebAutoConfiguration.class, RateLimitClientAutoConfiguration.class))
		.withUserConfiguration(Beans.class);

	@TestFactory
	Stream<DynamicTest> anApplicationStartsWithEachBlock(CapturedOutput output) {
		return blocks(false).map((block) -> DynamicTest.dynamicTest(block.place(), () -> {
			for (String yaml : YamlConfigurations.of(block.text())) {
				int before = output.getAll().length();
				start(block, yaml);
				assertThat(output.getAll().substring(before)).doesNotContain("' has no effect", "have no effect");
			}
		}));
	}

	private void start(Block block, String yaml) {
		this.runner.withInitializer(properties(yaml)).withPropertyValues(store(yaml)).run((context) -> {
			assertThat(context).as(yaml).hasNotFailed();
			if (yaml.contains("\n  limits:")) {
				assertThat(context.getBean(LimitRegistry.class).all()).as(block.place()).isNotEmpty();
			}
		});
	}

	/** A lease needs Redis, which its own example need not repeat. */
	private static String[] store(String yaml) {
		return yaml.contains("lease:") ? new String[] { "ratelimit.store=redis" } : new String[0];
	}

	@TestFactory
	Stream<DynamicTest> everyOtherPropertyIsOneOfSpringBoot() {
		KnownProperties known = KnownProperties.ofClassPath();
		return blocks(false).map((block) -> DynamicTest.dynamicTest(block.place(), () -> {
			for (String yaml : YamlConfigurations.of(block.text())) {
				for (PropertySource<?> source : load(yaml)) {
					assertThat(((EnumerablePropertySource<?>) source).getPropertyNames())
						.filteredOn((name) -> !name.startsWith("ratelimit."))
						.allSatisfy((name) -> assertThat(known.contains(name)).as(name).isTrue());
				}
			}
		}));
	}

	@Test
	void blocksForOtherLibrariesAndKubernetesParse() {
		assertThat(blocks(true)).hasSizeGreaterThanOrEqualTo(4)
			.allSatisfy((block) -> assertThat(new Yaml().<Object>load(block.text())).isInstanceOf(Map.class));
	}

	@Test
	void theVariablesOfTheDeploymentReachTheirProperties() {
		Map<String, String> variables = new LinkedHashMap<>();
		blocks(true).filter((block) -> block.text().contains("kind: Deployment"))
			.forEach((block) -> collectVariables(new Yaml().load(block.text()), variables));
		assertThat(variables).containsKey("RATELIMIT_LIMITS_API_RATE");
		StartUp application = StartUp.of("ratelimit:\n  limits:\n    api:\n      rate: 60/min\n      key: ip\n");
		variables.forEach((name, value) -> {
			if (!name.equals("RATELIMIT_STORE")) {
				application.variable(name, value);
			}
		});
		application.succeeds((context) -> assertThat(context.getBean(LimitRegistry.class).get("api").limit().rates())
			.hasToString("[" + variables.get("RATELIMIT_LIMITS_API_RATE") + "]"));
	}

	private static void collectVariables(@Nullable Object node, Map<String, String> into) {
		if (node instanceof Map<?, ?> map) {
			if (map.get("name") instanceof String name && map.get("value") instanceof String value) {
				into.put(name, value);
			}
			map.values().forEach((child) -> collectVariables(child, into));
		}
		else if (node instanceof List<?> list) {
			list.forEach((child) -> collectVariables(child, into));
		}
	}

	private static Stream<Block> blocks(boolean forOthers) {
		return Page.all()
			.stream()
			.flatMap((page) -> page.blocks("yaml").stream())
			.filter((block) -> YamlConfigurations.isForOthers(block.text()) == forOthers);
	}

	private static ApplicationContextInitializer<ConfigurableApplicationContext> properties(String yaml) {
		return (context) -> load(yaml).forEach(context.getEnvironment().getPropertySources()::addLast);
	}

	private static List<PropertySource<?>> load(String yaml) {
		try {
			return new ArrayList<>(new YamlPropertySourceLoader().load("documentation",
					new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8))));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(yaml, ex);
		}
	}

	/** What some of the examples need besides the configuration. */
	@Configuration(proxyBeanMethods = false)
	static class Beans {

		/** Refuses connections, so that no example waits for a Redis. */
		@Bean
		RedisConnectionFactory redis() {
			return new LettuceConnectionFactory("127.0.0.1", 1);
		}

		@Bean
		PlanResolver plans() {
			return (limit, key) -> null;
		}

		@Bean
		BodyStyle companyBody() {
			return new BodyStyle() {

				@Override
				public String name() {
					return "company";
				}

				@Override
				public @Nullable Body body(Refusal refusal) {
					return null;
				}

			};
		}

	}

}
