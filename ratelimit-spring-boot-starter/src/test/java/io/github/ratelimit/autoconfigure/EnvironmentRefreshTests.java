package io.github.ratelimit.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.LimitMode;
import io.github.ratelimit.event.LimitChangedEvent;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitChange;
import io.github.ratelimit.registry.LimitChanges;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.registry.RegisteredLimit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.core.env.MapPropertySource;

/** An environment that changes while the application runs. */
@ExtendWith(OutputCaptureExtension.class)
class EnvironmentRefreshTests {

	private final List<LimitChangedEvent> events = new ArrayList<>();

	private final Map<String, Object> properties = new HashMap<>(
			Map.of("ratelimit.limits.chat.rate", "60/min", "ratelimit.limits.chat.key", "ip",
					"ratelimit.limits.chat.plan", "header('X-Plan')", "ratelimit.limits.chat.plans.pro", "600/min",
					"ratelimit.limits.login.rate", "5/min", "ratelimit.limits.login.key", "ip"));

	private void run(Application application) {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(RateLimitAutoConfiguration.class))
			.withInitializer((context) -> {
				context.getEnvironment()
					.getPropertySources()
					.addFirst(new MapPropertySource("config-server", this.properties));
				context.addApplicationListener((ApplicationListener<PayloadApplicationEvent<?>>) this::event);
			})
			.run((context) -> application.use(context.getSourceApplicationContext()));
	}

	private void event(PayloadApplicationEvent<?> event) {
		if (event.getPayload() instanceof LimitChangedEvent changed) {
			this.events.add(changed);
		}
	}

	private void refresh(ConfigurableApplicationContext context, @Nullable Object... namesAndValues) {
		for (int i = 0; i < namesAndValues.length; i += 2) {
			this.properties.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
		}
		context.publishEvent(new EnvironmentChangeEvent(context, Set.of()));
	}

	private static RegisteredLimit limit(ConfigurableApplicationContext context, String name) {
		return context.getBean(LimitRegistry.class).get(name);
	}

	@Test
	void whatIsDifferentIsInForce() {
		run((context) -> {
			refresh(context, "ratelimit.limits.chat.rate", "5/s, 90/min", "ratelimit.limits.chat.plans.pro", "900/min",
					"ratelimit.limits.login.mode", "shadow", "ratelimit.mode", "shadow");
			assertThat(limit(context, "chat").limit().rates()).hasToString("[5/s, 90/min]");
			assertThat(limit(context, "chat").settings().plans().get("pro").rates()).hasToString("[900/min]");
			assertThat(limit(context, "login").settings().mode()).isEqualTo(LimitMode.SHADOW);
			assertThat(context.getBean(KillSwitch.class).mode()).isEqualTo(LimitMode.SHADOW);
			assertThat(this.events).extracting(LimitChangedEvent::limit).containsExactly("chat", "login", null);
			assertThat(this.events).allMatch((event) -> event.origin() == LimitChange.Origin.CONFIGURATION);
			assertThat(this.events.get(0).settings()).containsExactly(
					new LimitChange.Setting("plans.pro", "600/min", "900/min"),
					new LimitChange.Setting("rate", "60/min", "5/s, 90/min"));
		});
	}

	@Test
	void aWrongValueChangesNothingAndIsOneError(CapturedOutput output) {
		run((context) -> {
			LimitSettings chat = limit(context, "chat").settings();
			LimitSettings login = limit(context, "login").settings();
			refresh(context, "ratelimit.limits.login.rate", "9/min", "ratelimit.limits.chat.rate", "0/min");
			assertThat(output).containsOnlyOnce(" ERROR ")
				.contains("The refreshed configuration of limits is wrong, so all settings stay as they are: Property "
						+ "'ratelimit.limits.chat.rate' with value '0/min' has 0 as its permits. At least 1 is needed; to "
						+ "refuse everything, do not offer the path at all. (\"ratelimit.limits.chat.rate\" from property "
						+ "source \"config-server\")");
			assertThat(limit(context, "chat").settings()).isEqualTo(chat);
			assertThat(limit(context, "login").settings()).isEqualTo(login);
			assertThat(this.events).isEmpty();
		});
	}

	/** What an operator has changed by hand holds until it is withdrawn. */
	@Test
	void aChangeThroughTheEndpointHoldsBesideTheConfigurationUntilBothSayTheSame() {
		run((context) -> {
			context.getBean(LimitChanges.class).change("chat", Map.of("rate", "1/s"), null);
			refresh(context, "ratelimit.limits.chat.rate", "90/min");
			assertThat(limit(context, "chat").limit().rates()).hasToString("[1/s]");
			assertThat(limit(context, "chat").differences())
				.containsExactly(new LimitChange.Setting("rate", "90/min", "1/s"));

			refresh(context, "ratelimit.limits.chat.rate", "1/s");
			assertThat(limit(context, "chat").changes().isEmpty()).isTrue();
			refresh(context, "ratelimit.limits.chat.rate", "2/s");
			assertThat(limit(context, "chat").limit().rates()).hasToString("[2/s]");
		});
	}

	@Test
	void aChangeThatDoesNotSuitTheRefreshedConfigurationIsDropped(CapturedOutput output) {
		run((context) -> {
			context.getBean(LimitChanges.class).change("login", Map.of("rate", "1/s"), null);
			this.properties.remove("ratelimit.limits.login.rate");
			refresh(context, "ratelimit.limits.login.max-concurrent", "3");
			assertThat(limit(context, "login").limit().capacity()).isEqualTo(3);
			assertThat(limit(context, "login").differences()).isEmpty();
			assertThat(output)
				.contains("The changes of limit 'login' that were made while the application runs cannot be applied to "
						+ "its refreshed configuration, which is in force without them: ")
				.doesNotContain("another instance", "stay as they are");
		});
	}

	@Test
	void whatTakesARestartIsAWarning(CapturedOutput output) {
		run((context) -> {
			refresh(context, "ratelimit.limits.chat.key", "user", "ratelimit.limits.new.rate", "1/s",
					"ratelimit.limits.new.key", "ip");
			assertThat(output)
				.containsPattern("Limits \\[(chat, new|new, chat)] were added or removed, or have another "
						+ "key, cost, condition or plan, which holds only after a restart");
		});
	}

	/** Which plan a call has is determined only if the limit had plans at start-up. */
	@Test
	void theFirstPlansOfALimitAreAWarning(CapturedOutput output) {
		run((context) -> {
			refresh(context, "ratelimit.limits.login.plans.pro", "50/min");
			assertThat(output).containsOnlyOnce("Limits [login] were added or removed, or have another key, cost, "
					+ "condition or plan, which holds only after a restart");
			this.properties.remove("ratelimit.limits.login.plans.pro");
			refresh(context, "ratelimit.limits.chat.plans.team", "200/min");
			assertThat(output).containsOnlyOnce("were added or removed");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "ratelimit.http.rules[1].path=/other/**", "ratelimit.http.rules[0].limits=login",
			"ratelimit.http.rules[0].methods=POST", "ratelimit.http.rules[0].unless=hasRole('OPS')" })
	void otherRulesAreAWarning(String property, CapturedOutput output) {
		this.properties.put("ratelimit.http.rules[0].path", "/v1/**");
		this.properties.put("ratelimit.http.rules[0].limits", "chat");
		String warning = "The rules of ratelimit.http.rules are others than at start-up";
		run((context) -> {
			refresh(context);
			assertThat(output).doesNotContain(warning);
			int end = property.indexOf('=');
			refresh(context, property.substring(0, end), property.substring(end + 1));
			assertThat(output).contains(warning + ", which holds only after a restart").doesNotContain(" ERROR ");
		});
	}

	@Test
	void anEventWithoutADifferenceIsNone() {
		run((context) -> {
			LimitSettings before = limit(context, "chat").settings();
			refresh(context);
			assertThat(limit(context, "chat").settings()).isEqualTo(before);
			assertThat(this.events).isEmpty();
		});
	}

	private interface Application {

		void use(ConfigurableApplicationContext context);

	}

}
