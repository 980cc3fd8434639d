package io.github.ratelimit.client.reactive;

import java.io.IOException;
import java.time.Duration;

import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.LocalProvider;
import io.github.ratelimit.client.TestClient;
import io.github.ratelimit.provider.dialect.Dimension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.service.HttpServiceClientPropertiesAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.boot.webclient.autoconfigure.service.ReactiveHttpServiceClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.registry.HttpServiceGroup.ClientType;
import org.springframework.web.service.registry.ImportHttpServices;
import reactor.core.publisher.Mono;

import static io.github.ratelimit.client.LocalProvider.json;
import static io.github.ratelimit.client.TestClient.client;
import static org.assertj.core.api.Assertions.assertThat;

class WebClientCustomizersTests {

	private static final Duration LONG = Duration.ofSeconds(20);

	private LocalProvider provider;

	@BeforeEach
	void start() throws IOException {
		this.provider = new LocalProvider(json("{}"));
	}

	@AfterEach
	void stop() {
		this.provider.close();
	}

	private ApplicationContextRunner application(TestClient... clients) {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(HttpClientAutoConfiguration.class,
					ReactiveHttpClientAutoConfiguration.class, HttpServiceClientPropertiesAutoConfiguration.class,
					WebClientAutoConfiguration.class, ReactiveHttpServiceClientAutoConfiguration.class))
			.withPropertyValues("spring.http.serviceclient.openai.base-url=" + this.provider.url(),
					"spring.http.serviceclient.other.base-url=" + this.provider.url())
			.withBean(ClientLimiters.class, () -> TestClient.limiters(clients))
			.withUserConfiguration(Customizers.class);
	}

	@Test
	void clients_of_boot_are_limited_by_the_addresses_they_call() {
		TestClient client = client().match(this.provider.url() + "/v1/**");
		application(client).run((context) -> {
			WebClient web = context.getBean(WebClient.Builder.class).build();
			web.get().uri(this.provider.url() + "/v1/models").retrieve().toBodilessEntity().block(LONG);
			web.get().uri(this.provider.url() + "/v2/models").retrieve().toBodilessEntity().block(LONG);
			assertThat(this.provider.bodies()).hasSize(2);
			assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(1);
		});
	}

	@Test
	void a_group_of_http_services_is_limited_by_the_client_of_its_name() {
		TestClient client = client();
		application(client).withUserConfiguration(Services.class).run((context) -> {
			context.getBean(OpenAi.class).models().block(LONG);
			context.getBean(Other.class).models().block(LONG);
			assertThat(this.provider.bodies()).hasSize(2);
			assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(1);
		});
	}

	@Test
	void a_request_of_a_group_whose_address_matches_another_client_counts_for_the_group_alone() {
		TestClient group = client();
		TestClient address = client().name("address").match(this.provider.url() + "/**");
		application(group, address).withUserConfiguration(Services.class).run((context) -> {
			context.getBean(OpenAi.class).models().block(LONG);
			assertThat(group.spent(Dimension.REQUESTS)).isEqualTo(1);
			assertThat(address.limiter().isUsed()).isFalse();
		});
	}

	@Test
	void clients_have_no_filter_where_no_address_is_configured() {
		application(client()).run((context) -> context.getBean(WebClient.Builder.class)
			.filters((filters) -> assertThat(filters).isEmpty()));
	}

	@Configuration(proxyBeanMethods = false)
	static class Customizers {

		@Bean
		WebClientCustomizers webClientCustomizers(ClientLimiters limiters) {
			return new WebClientCustomizers(limiters);
		}

		@Bean
		WebClientCustomizer webClientCustomizer(WebClientCustomizers customizers) {
			return customizers::customize;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "openai", types = OpenAi.class, clientType = ClientType.WEB_CLIENT)
	@ImportHttpServices(group = "other", types = Other.class, clientType = ClientType.WEB_CLIENT)
	static class Services {

	}

	interface OpenAi {

		@GetExchange("/v1/models")
		Mono<String> models();

	}

	interface Other {

		@GetExchange("/v1/models")
		Mono<String> models();

	}

}
