package io.github.ratelimit.web.server;

import io.github.ratelimit.LimitMode;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.crypto.password.DelegatingPasswordEncoder;
import org.springframework.security.crypto.password.NoOpPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;

/** An application on a real port, and a client that sends paths as they are. */
final class RunningServer implements AutoCloseable {

	private static final String NO_SECURITY = "org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration,"
			+ "org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration,"
			+ "org.springframework.boot.security.autoconfigure.actuate.web.servlet.ManagementWebSecurityAutoConfiguration,"
			+ "org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration,"
			+ "org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration";

	private final ConfigurableApplicationContext context;

	private final int port;

	private RunningServer(ConfigurableApplicationContext context) {
		this.context = context;
		this.port = ((WebServerApplicationContext) context).getWebServer().getPort();
	}

	static RunningServer withoutSecurity(String... properties) {
		return withoutSecurity(Object.class, properties);
	}

	static RunningServer withoutSecurity(Class<?> configuration, String... properties) {
		return start(configuration, "--spring.autoconfigure.exclude=" + NO_SECURITY, properties);
	}

	/** Starts an application with real time, like that of other processes. */
	static RunningServer withSystemTime(String... properties) {
		return start(List.of(Controllers.class), "--spring.autoconfigure.exclude=" + NO_SECURITY, properties);
	}

	static RunningServer withSecurity(Class<?> configuration, String... properties) {
		return start(List.of(Controllers.class, Time.class, Passwords.class, configuration),
				"--spring.autoconfigure.exclude=", properties);
	}

	private static RunningServer start(Class<?> configuration, String security, String... properties) {
		return start(List.of(Controllers.class, Time.class, configuration), security, properties);
	}

	private static RunningServer start(List<Class<?>> sources, String security, String... properties) {
		List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--server.shutdown=immediate",
				"--server.address=127.0.0.1", "--spring.main.banner-mode=off", "--logging.level.root=warn",
				"--spring.web.resources.static-locations=classpath:/web/static/",
				"--server.error.whitelabel.enabled=false", "--management.health.redis.enabled=false",
				"--spring.data.redis.repositories.enabled=false", security));
		for (String property : properties) {
			arguments.add("--" + property);
		}
		return new RunningServer(
				new SpringApplication(sources.toArray(Class<?>[]::new)).run(arguments.toArray(String[]::new)));
	}

	int port() {
		return this.port;
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	WebServer webServer() {
		return ((WebServerApplicationContext) this.context).getWebServer();
	}

	long allowed(String limit) {
		return bean(LimitRegistry.class).get(limit).statistics().allowed();
	}

	long degraded(String limit) {
		return bean(LimitRegistry.class).get(limit).statistics().degraded();
	}

	int reached() {
		return bean(Controllers.class).reached.get();
	}

	void limiter(boolean enabled) {
		bean(KillSwitch.class).set(enabled, LimitMode.ENFORCE);
	}

	Answer get(String path, String... headers) throws IOException {
		return send("GET", path, headers);
	}

	Answer send(String method, String path, String... headers) throws IOException {
		try (Socket socket = open(method, path, headers); InputStream in = socket.getInputStream()) {
			return Answer.of(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
		}
	}

	/** Sends a request; the caller reads the response or disconnects. */
	Socket open(String method, String path, String... headers) throws IOException {
		StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
		for (String header : headers) {
			request.append(header).append("\r\n");
		}
		request.append("Connection: close\r\n\r\n");
		Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.port);
		socket.setSoTimeout(20_000);
		socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.ISO_8859_1));
		return socket;
	}

	@Override
	public void close() {
		this.context.close();
	}

	/**
	 * A response.
	 *
	 * @param status the status
	 * @param headers the headers in lower case
	 * @param body the body, including the delimiters of its chunks
	 */
	record Answer(int status, Map<String, String> headers, String body) {

		private static Answer of(String text) {
			int end = text.indexOf("\r\n\r\n");
			String[] lines = text.substring(0, end).split("\r\n");
			Map<String, String> headers = new TreeMap<>();
			for (int i = 1; i < lines.length; i++) {
				int colon = lines[i].indexOf(':');
				headers.merge(lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
						lines[i].substring(colon + 1).strip(), (one, other) -> one + " | " + other);
			}
			return new Answer(Integer.parseInt(lines[0].split(" ")[1]), headers, text.substring(end + 4));
		}

		@Nullable String header(String name) {
			return this.headers.get(name.toLowerCase(Locale.ROOT));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Time {

		@Bean
		ManualTime time() {
			return new ManualTime();
		}

	}

	/** The default hashes passwords slowly, even those that it stores in plain text. */
	@Configuration(proxyBeanMethods = false)
	static class Passwords {

		@Bean
		@SuppressWarnings("deprecation")
		PasswordEncoder passwords() {
			return new DelegatingPasswordEncoder("noop", Map.of("noop", NoOpPasswordEncoder.getInstance()));
		}

	}

}
