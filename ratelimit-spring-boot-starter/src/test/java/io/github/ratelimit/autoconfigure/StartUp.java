package io.github.ratelimit.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.autoconfigure.report.Failures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.support.SystemEnvironmentPropertySourceEnvironmentPostProcessor;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;

/** An application with a configuration, which starts or fails to start. */
public final class StartUp {

	private final List<String> files = new ArrayList<>();

	private final Map<String, Object> variables = new LinkedHashMap<>();

	private ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(RateLimitAutoConfiguration.class))
		.withInitializer(this::addSources);

	private ConfigurableEnvironment environment;

	private StartUp() {
	}

	/** Creates an application with this text in its {@code application.yml}. */
	public static StartUp of(String yaml) {
		StartUp startUp = new StartUp();
		startUp.files.add(yaml);
		return startUp;
	}

	/** Creates an application with one limit in its {@code application.yml}. */
	public static StartUp ofLimit(String... lines) {
		return of("ratelimit:\n  limits:\n    chat:\n      " + String.join("\n      ", lines) + "\n");
	}

	/** Adds a file that overrides the previous ones, such as that of a profile. */
	public StartUp file(String yaml) {
		this.files.add(0, yaml);
		return this;
	}

	public StartUp variable(String name, String value) {
		this.variables.put(name, value);
		return this;
	}

	public StartUp property(String nameAndValue) {
		this.runner = this.runner.withPropertyValues(nameAndValue);
		return this;
	}

	public StartUp with(Class<?> configuration) {
		this.runner = this.runner.withUserConfiguration(configuration);
		return this;
	}

	public StartUp autoConfigured(Class<?> configuration) {
		this.runner = this.runner.withConfiguration(AutoConfigurations.of(configuration));
		return this;
	}

	private void addSources(ConfigurableApplicationContext context) {
		this.environment = context.getEnvironment();
		MutablePropertySources sources = this.environment.getPropertySources();
		String name = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;
		sources.replace(name, new SystemEnvironmentPropertySource(name, this.variables));
		new SystemEnvironmentPropertySourceEnvironmentPostProcessor().postProcessEnvironment(this.environment,
				new SpringApplication());
		for (int i = 0; i < this.files.size(); i++) {
			String file = "file-" + i + ".yml";
			ByteArrayResource resource = new ByteArrayResource(this.files.get(i).getBytes(StandardCharsets.UTF_8),
					file);
			try {
				new YamlPropertySourceLoader().load(file, resource).forEach(sources::addLast);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
	}

	public void run(ContextConsumer<AssertableApplicationContext> consumer) {
		this.runner.run(consumer);
	}

	public void succeeds(ContextConsumer<AssertableApplicationContext> consumer) {
		this.runner.run((context) -> {
			assertThat(context).hasNotFailed();
			consumer.accept(context);
		});
	}

	/** Returns the description and the action of the failure analysis. */
	public String failure() {
		List<String> texts = new ArrayList<>();
		this.runner.run((context) -> {
			assertThat(context).hasFailed();
			FailureAnalysis analysis = Failures.analyze(context.getStartupFailure(), this.environment);
			assertThat(analysis).as("analysis of " + context.getStartupFailure()).isNotNull();
			texts.add(analysis.getDescription() + "\n\n" + analysis.getAction());
		});
		return texts.get(0).replace("Byte array resource ", "");
	}

}
