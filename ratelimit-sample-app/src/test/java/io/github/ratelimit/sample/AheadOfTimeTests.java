package io.github.ratelimit.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.function.Consumer;
import org.apache.catalina.webresources.TomcatURLStreamHandlerFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.aot.AotDetector;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringApplication.AbandonedRunException;
import org.springframework.boot.SpringApplicationRunListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.SpringProperties;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.javapoet.ClassName;
import redis.embedded.RedisServer;

/** The sample, as it is generated ahead of time and run with spring.aot.enabled=true. */
@Tag("version-independent")
class AheadOfTimeTests {

	@Test
	@CompileWithForkedClassLoader
	void limitsInMemoryAreThoseOfTheConfiguration() {
		runGenerated(AheadOfTimeTests::tenRequestsAreAllowed, "--server.port=0");
	}

	@Test
	@Tag("redis")
	@CompileWithForkedClassLoader
	void limitsInRedisAreThoseOfTheConfiguration() throws IOException {
		int port = freePort();
		RedisServer redis = RedisServer.newRedisServer().bind("127.0.0.1").port(port).setting("save \"\"").build();
		redis.start();
		try {
			runGenerated((client) -> {
				tenRequestsAreAllowed(client);
				assertThat(client.get("/actuator/ratelimits").body()).contains("\"type\":\"redis\",\"status\":\"up\"");
			}, "--server.port=0", "--spring.profiles.active=redis", "--spring.data.redis.url=redis://127.0.0.1:" + port,
					"--ratelimit.redis.deadline=10s");
		}
		finally {
			redis.stop();
		}
	}

	@Test
	@CompileWithForkedClassLoader
	void anotherStoreThanThatOfTheGeneratedCodeFailsStartUp() {
		assertThatThrownBy(() -> runGenerated(new String[0], (client) -> fail("The sample has started"),
				"--server.port=0", "--ratelimit.store=redis"))
			.rootCause()
			.hasMessageStartingWith(
					"Property 'ratelimit.store' with value 'redis' is not the store of this application, "
							+ "which was generated ahead of time with memory. ");
	}

	private static void tenRequestsAreAllowed(SampleClient client) {
		for (int i = 0; i < 10; i++) {
			assertThat(client.chat("X-API-Key", "sk-generated").statusCode()).isEqualTo(200);
		}
		assertThat(client.chat("X-API-Key", "sk-generated").statusCode()).isEqualTo(429);
	}

	private static void runGenerated(Consumer<SampleClient> check, String... arguments) {
		runGenerated(arguments, check, arguments);
	}

	private static void runGenerated(String[] generatedWith, Consumer<SampleClient> check, String... arguments) {
		// the JVM has one such factory, and Tomcat is loaded once more here
		TomcatURLStreamHandlerFactory.disable();
		TestGenerationContext generation = new TestGenerationContext(ClassName.get(SampleApplication.class));
		new ApplicationContextAotGenerator().processAheadOfTime(prepared(generatedWith), generation);
		generation.writeGeneratedContent();
		TestCompiler.forSystem().with(generation).compile((compiled) -> {
			SpringProperties.setFlag(AotDetector.AOT_ENABLED);
			try (ConfigurableApplicationContext sample = sample().run(arguments)) {
				check.accept(new SampleClient(
						sample.getEnvironment().getRequiredProperty("local.server.port", Integer.class)));
			}
			finally {
				SpringProperties.setProperty(AotDetector.AOT_ENABLED, null);
			}
		});
	}

	/**
	 * Returns the context as it is before its refresh, as Spring Boot's build plugins do.
	 */
	private static GenericApplicationContext prepared(String... arguments) {
		try {
			SpringApplication.withHook((application) -> new SpringApplicationRunListener() {

				@Override
				public void contextLoaded(ConfigurableApplicationContext context) {
					throw new AbandonedRunException(context);
				}

			}, () -> sample().run(arguments));
		}
		catch (AbandonedRunException ex) {
			if (ex.getApplicationContext() instanceof GenericApplicationContext context) {
				return context;
			}
		}
		throw new IllegalStateException("The sample was not prepared");
	}

	private static SpringApplication sample() {
		SpringApplication application = new SpringApplication(SampleApplication.class);
		application.setMainApplicationClass(SampleApplication.class);
		return application;
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

}
