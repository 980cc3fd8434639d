package io.github.ratelimit.client.http;

import static io.github.ratelimit.client.LocalProvider.json;
import static io.github.ratelimit.client.TestClient.client;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.LocalProvider;
import io.github.ratelimit.client.TestClient;
import io.github.ratelimit.provider.dialect.Dimension;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.service.HttpServiceClientPropertiesAutoConfiguration;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.restclient.RestTemplateCustomizer;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.service.HttpServiceClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.client.RestClient;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.registry.ImportHttpServices;

class RestClientCustomizersTests {

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
					ImperativeHttpClientAutoConfiguration.class, HttpServiceClientPropertiesAutoConfiguration.class,
					RestClientAutoConfiguration.class, RestTemplateAutoConfiguration.class,
					HttpServiceClientAutoConfiguration.class))
			.withPropertyValues("spring.http.serviceclient.openai.base-url=" + this.provider.url(),
					"spring.http.serviceclient.other.base-url=" + this.provider.url())
			.withBean(ClientLimiters.class, () -> TestClient.limiters(clients))
			.withUserConfiguration(Customizers.class);
	}

	@Test
	void clients_of_boot_are_limited_by_the_addresses_they_call() {
		TestClient client = client().match(this.provider.url() + "/v1/**");
		application(client).run((context) -> {
			RestClient rest = context.getBean(RestClient.Builder.class).build();
			rest.get().uri(this.provider.url() + "/v1/models").retrieve().toBodilessEntity();
			context.getBean(RestTemplateBuilder.class)
				.build()
				.getForObject(this.provider.url() + "/v1/models", String.class);
			rest.get().uri(this.provider.url() + "/v2/models").retrieve().toBodilessEntity();
			assertThat(this.provider.bodies()).hasSize(3);
			assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(2);
		});
	}

	@Test
	void a_group_of_http_services_is_limited_by_the_client_of_its_name() {
		TestClient client = client();
		application(client).withUserConfiguration(Services.class).run((context) -> {
			context.getBean(OpenAi.class).models();
			context.getBean(Other.class).models();
			assertThat(this.provider.bodies()).hasSize(2);
			assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(1);
		});
	}

	@Test
	void a_group_is_limited_by_its_address_where_its_client_has_one() {
		TestClient client = client().match(this.provider.url() + "/**");
		application(client).withUserConfiguration(Services.class).run((context) -> {
			context.getBean(OpenAi.class).models();
			context.getBean(Other.class).models();
			assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(2);
		});
	}

	@Test
	void a_request_of_a_group_whose_address_matches_another_client_counts_for_the_group_alone() {
		TestClient group = client();
		TestClient address = client().name("address").match(this.provider.url() + "/**");
		application(group, address).withUserConfiguration(Services.class).run((context) -> {
			context.getBean(OpenAi.class).models();
			assertThat(group.spent(Dimension.REQUESTS)).isEqualTo(1);
			assertThat(address.limiter().isUsed()).isFalse();
		});
	}

	@Test
	void clients_have_no_interceptor_where_no_address_is_configured() {
		application(client()).run((context) -> context.getBean(RestClient.Builder.class)
			.requestInterceptors((interceptors) -> assertThat(interceptors).isEmpty()));
	}

	@Configuration(proxyBeanMethods = false)
	static class Customizers {

		@Bean
		RestClientCustomizers restClientCustomizers(ClientLimiters limiters) {
			return new RestClientCustomizers(limiters);
		}

		@Bean
		RestClientCustomizer restClientCustomizer(RestClientCustomizers customizers) {
			return customizers::customize;
		}

		@Bean
		RestTemplateCustomizer restTemplateCustomizer(RestClientCustomizers customizers) {
			return customizers::customize;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "openai", types = OpenAi.class)
	@ImportHttpServices(group = "other", types = Other.class)
	static class Services {

	}

	interface OpenAi {

		@GetExchange("/v1/models")
		String models();

	}

	interface Other {

		@GetExchange("/v1/models")
		String models();

	}

}
