package io.github.ratelimit.actuate;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.limiter.ChargeLimiter;
import io.github.ratelimit.registry.KeySource;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.memory.MemoryStore;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

/** An application with the endpoint on a real port. */
final class EndpointApplication implements AutoCloseable {

	private final HttpClient client = HttpClient.newHttpClient();

	private final ConfigurableApplicationContext context;

	private EndpointApplication(ConfigurableApplicationContext context) {
		this.context = context;
	}

	static EndpointApplication start(String... properties) {
		return start(Store.class, properties);
	}

	static EndpointApplication start(Class<?> store, String... properties) {
		SpringApplication application = new SpringApplication(Setup.class, store);
		List<String> arguments = new ArrayList<>(List.of(properties));
		arguments.add("server.port=0");
		arguments.add("server.address=127.0.0.1");
		arguments.add("management.endpoints.web.exposure.include=ratelimits,health");
		arguments.add("management.endpoint.health.show-details=always");
		arguments.add("management.health.redis.enabled=false");
		arguments.add("spring.data.redis.repositories.enabled=false");
		return new EndpointApplication(
				application.run(arguments.stream().map((argument) -> "--" + argument).toArray(String[]::new)));
	}

	RegisteredLimit limit(String name, String rates, KeySource... keySources) {
		return bean(LimitRegistry.class).register(Limit.of(name, Rate.parseAll(rates)), List.of(keySources));
	}

	void call(String limit, Key key, int times) {
		LimitHandle handle = bean(LimitRegistry.class).get(limit).handle();
		ChargeLimiter limiter = bean(ChargeLimiter.class);
		for (int i = 0; i < times; i++) {
			limiter.tryAcquire(List.of(Charge.of(handle, key, 1)));
		}
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	HttpResponse<String> get(String path) throws IOException, InterruptedException {
		return sendToLimits("GET", path);
	}

	HttpResponse<String> delete(String path) throws IOException, InterruptedException {
		return sendToLimits("DELETE", path);
	}

	HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
		return send("POST", "/actuator/ratelimits" + path, BodyPublishers.ofString(json));
	}

	HttpResponse<String> postAcceptingAnything(String path, String json) throws IOException, InterruptedException {
		return send("POST", "/actuator/ratelimits" + path, BodyPublishers.ofString(json), "*/*");
	}

	HttpResponse<String> getAs(String accept, String path) throws IOException, InterruptedException {
		HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
		if (!accept.isEmpty()) {
			request.header("Accept", accept);
		}
		return this.client.send(request.build(), BodyHandlers.ofString());
	}

	HttpResponse<String> health(String path) throws IOException, InterruptedException {
		return send("GET", "/actuator/health" + path);
	}

	private HttpResponse<String> sendToLimits(String method, String path) throws IOException, InterruptedException {
		return send(method, "/actuator/ratelimits" + path);
	}

	private HttpResponse<String> send(String method, String path) throws IOException, InterruptedException {
		return send(method, path, BodyPublishers.noBody());
	}

	private HttpResponse<String> send(String method, String path, BodyPublisher body)
			throws IOException, InterruptedException {
		return send(method, path, body, "application/json");
	}

	private HttpResponse<String> send(String method, String path, BodyPublisher body, String accept)
			throws IOException, InterruptedException {
		HttpRequest request = HttpRequest.newBuilder(uri(path))
			.header("Accept", accept)
			.header("Content-Type", "application/json")
			.method(method, body)
			.build();
		return this.client.send(request, BodyHandlers.ofString());
	}

	URI uri(String path) {
		String port = this.context.getEnvironment().getRequiredProperty("local.server.port");
		return URI.create("http://127.0.0.1:" + port + path);
	}

	@Override
	public void close() {
		this.context.close();
	}

	@Configuration(proxyBeanMethods = false)
	static class Store {

		@Bean
		LimitStore limitStore(ManualTime time) {
			return new MemoryStore(time, 1000);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Setup {

		@Bean
		ManualTime time() {
			return new ManualTime();
		}

		@Bean
		SecurityFilterChain everybodyMayDoEverything(HttpSecurity security) {
			return security.csrf((csrf) -> csrf.disable())
				.authorizeHttpRequests((requests) -> requests.anyRequest().permitAll())
				.build();
		}

	}

}
