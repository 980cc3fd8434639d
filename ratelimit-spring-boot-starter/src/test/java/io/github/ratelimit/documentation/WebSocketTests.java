package io.github.ratelimit.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.store.redis.server.Polling;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.tomcat.websocket.server.WsSci;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;

/**
 * A slot of a rule is not that of an open WebSocket, and the handler of the recipe is.
 */
@ExtendWith(OutputCaptureExtension.class)
class WebSocketTests {

	private static final Duration AT_MOST = Duration.ofSeconds(20);

	@Test
	void aHandlerHoldsASlotUntilTheSocketClosesAndARuleDoesNot(CapturedOutput output) {
		try (ConfigurableApplicationContext application = start()) {
			assertThat(output)
				.contains("Rule '/chat' counts calls in flight (max-concurrent, in handshakes), and /chat")
				.doesNotContain("Rule '/api/**' counts");
			URI uri = URI
				.create("ws://127.0.0.1:" + application.getEnvironment().getProperty("local.server.port") + "/chat");
			Client first = Client.connect(uri);
			assertThat(first.echo("first")).isEqualTo("first");
			Client second = Client.connect(uri);
			assertThat(second.echo("second")).isEqualTo("second");
			assertThat(Client.connect(uri).closed()).succeedsWithin(AT_MOST).isEqualTo(1013);

			first.socket().sendClose(WebSocket.NORMAL_CLOSURE, "").join();
			assertThat(first.closed()).succeedsWithin(AT_MOST).isEqualTo(WebSocket.NORMAL_CLOSURE);
			RateLimiter limiter = application.getBean(RateLimiter.class);
			Polling.until(AT_MOST, "a slot is free", () -> remaining(limiter) > 0);
			Client third = Client.connect(uri);
			assertThat(third.echo("third")).isEqualTo("third");
		}
	}

	private static long remaining(RateLimiter limiter) {
		return limiter.tryAcquire("open-sockets", "127.0.0.1", 0).limits().get(0).remaining();
	}

	private static ConfigurableApplicationContext start() {
		return new SpringApplicationBuilder(Application.class).run("--server.port=0", "--server.address=127.0.0.1",
				"--spring.main.banner-mode=off", "--logging.level.root=warn",
				"--spring.data.redis.repositories.enabled=false", "--management.health.redis.enabled=false",
				"--spring.autoconfigure.exclude=org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration,"
						+ "org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration,"
						+ "org.springframework.boot.security.autoconfigure.actuate.web.servlet.ManagementWebSecurityAutoConfiguration,"
						+ "org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration,"
						+ "org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration",
				"--ratelimit.limits.handshakes.max-concurrent=1", "--ratelimit.limits.handshakes.key=global",
				"--ratelimit.limits.open-sockets.max-concurrent=2", "--ratelimit.limits.open-sockets.key=ip",
				"--ratelimit.http.rules[0].path=/chat", "--ratelimit.http.rules[0].limits=handshakes",
				"--ratelimit.http.rules[1].path=/api/**", "--ratelimit.http.rules[1].limits=handshakes");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableWebSocket
	static class Application {

		@Bean
		WebSocketConfigurer sockets(RateLimiter rateLimiter) {
			return (registry) -> registry.addHandler(new ChatSocket(rateLimiter), "/chat");
		}

		/** As spring-boot-starter-websocket does. */
		@Bean
		WebServerFactoryCustomizer<TomcatServletWebServerFactory> webSocketsOfTomcat() {
			return (factory) -> factory
				.addContextCustomizers((context) -> context.addServletContainerInitializer(new WsSci(), Set.of()));
		}

	}

	private record Client(WebSocket socket, Received received) {

		static Client connect(URI uri) {
			Received received = new Received();
			return new Client(HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(uri, received).join(),
					received);
		}

		String echo(String text) {
			this.socket.sendText(text, true);
			assertThat(this.received.text).succeedsWithin(AT_MOST);
			return this.received.text.join();
		}

		CompletableFuture<Integer> closed() {
			return this.received.closed;
		}

	}

	private static final class Received implements WebSocket.Listener {

		private final CompletableFuture<String> text = new CompletableFuture<>();

		private final CompletableFuture<Integer> closed = new CompletableFuture<>();

		@Override
		public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
			this.text.complete(data.toString());
			socket.request(1);
			return null;
		}

		@Override
		public @Nullable CompletionStage<?> onClose(WebSocket socket, int statusCode, String reason) {
			this.closed.complete(statusCode);
			return null;
		}

	}

}
