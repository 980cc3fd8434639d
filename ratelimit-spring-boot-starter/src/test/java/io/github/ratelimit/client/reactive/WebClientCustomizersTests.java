package io.github.ratelimit.client.reactive;

import static io.github.ratelimit.client.LocalProvider.json;
import static io.github.ratelimit.client.TestClient.client;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.LocalProvider;
import io.github.ratelimit.client.TestClient;
import io.github.ratelimit.provider.dialect.Dimension;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
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
import org.springframework.core.Ordered;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.support.WebClientHttpServiceGroupConfigurer;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.registry.HttpServiceGroup.ClientType;
import org.springframework.web.service.registry.ImportHttpServices;
import reactor.core.publisher.Mono;

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
	void the_credentials_of_filters_are_seen_although_they_are_added_last() {
		TestClient client = client().match(this.provider.url() + "/**");
		application(client).run((context) -> {
			WebClient web = context.getBean(WebClient.Builder.class).filter(credential("one")).build();
			get(web, this.provider.url());
			get(web.mutate().filter(credential("two")).build(), this.provider.url());
			get(web, this.provider.url());
		});
		assertThat(client.limiter().accounts()).hasSize(2);
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(3);
	}

	@Test
	void the_credential_of_a_filter_that_is_added_to_a_group_last_is_seen() {
		TestClient client = client();
		List<String> credentials = new ArrayList<>(List.of("one", "two"));
		application(client).withUserConfiguration(Services.class)
			.withBean("user", WebClientHttpServiceGroupConfigurer.class,
					() -> last((builder) -> builder
						.filter((request, next) -> credential(credentials.remove(0)).filter(request, next))))
			.run((context) -> {
				context.getBean(OpenAi.class).models().block(LONG);
				context.getBean(OpenAi.class).models().block(LONG);
			});
		assertThat(client.limiter().accounts()).hasSize(2);
	}

	@Test
	void each_attempt_of_a_filter_that_retries_is_counted() {
		TestClient client = client().match(this.provider.url() + "/**");
		application(client).run((context) -> get(context.getBean(WebClient.Builder.class)
			.filter((request, next) -> next.exchange(request)
				.flatMap((response) -> response.releaseBody().then(next.exchange(request))))
			.build(), this.provider.url()));
		assertThat(this.provider.bodies()).hasSize(2);
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(2);
	}

	@Test
	void the_address_counts_that_the_caller_writes_or_the_one_that_a_filter_makes_of_it() {
		for (String match : List.of("http://model/**", this.provider.url() + "/**")) {
			TestClient client = client().match(match);
			application(client).run((context) -> get(context.getBean(WebClient.Builder.class)
				.filter((request, next) -> next
					.exchange(ClientRequest.from(request).url(URI.create(this.provider.url())).build()))
				.build(), "http://model/v1"));
			assertThat(client.spent(Dimension.REQUESTS)).as(match).isEqualTo(1);
		}
	}

	@Test
	void a_filter_of_the_application_that_comes_first_stays_the_first() {
		TestClient client = client().match(this.provider.url() + "/**");
		application(client).run((context) -> get(context.getBean(WebClient.Builder.class)
			.filters((filters) -> filters.add(0, credential("one")))
			.filter(credential("two"))
			.build(), this.provider.url()));
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(1);
	}

	@Test
	void the_credentials_that_customizers_add_are_seen_behind_a_filter_that_comes_first() {
		TestClient client = client().match(this.provider.url() + "/**");
		for (String credential : List.of("one", "two")) {
			WebClient.Builder builder = WebClient.builder().filter(credential(credential));
			new WebClientCustomizers(TestClient.limiters(client)).customize(builder);
			builder.filters((filters) -> filters.add(0, (request, next) -> next.exchange(request)));
			get(builder.build(), this.provider.url());
		}
		assertThat(client.limiter().accounts()).hasSize(2);
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(2);
	}

	@Test
	void a_group_takes_precedence_over_the_addresses_of_a_filter_of_the_application() {
		TestClient group = client();
		TestClient address = client().name("address").match(this.provider.url() + "/**");
		RateLimitExchangeFilter filter = new RateLimitExchangeFilter(TestClient.limiters(group, address));
		application(group, address).withUserConfiguration(Services.class)
			.withBean("user", WebClientCustomizer.class, () -> (builder) -> builder.filter(filter))
			.run((context) -> {
				context.getBean(OpenAi.class).models().block(LONG);
				assertThat(group.spent(Dimension.REQUESTS)).isEqualTo(1);
				assertThat(address.limiter().isUsed()).isFalse();
			});
	}

	private static ExchangeFilterFunction credential(String credential) {
		return (request, next) -> next
			.exchange(ClientRequest.from(request).headers((headers) -> headers.setBearerAuth(credential)).build());
	}

	private static WebClientHttpServiceGroupConfigurer last(Consumer<WebClient.Builder> user) {
		return new WebClientHttpServiceGroupConfigurer() {

			@Override
			public void configureGroups(Groups<WebClient.Builder> groups) {
				groups.forEachClient((group, builder) -> user.accept(builder));
			}

			@Override
			public int getOrder() {
				return Ordered.LOWEST_PRECEDENCE;
			}

		};
	}

	private static void get(WebClient web, String url) {
		web.get().uri(url).retrieve().toBodilessEntity().block(LONG);
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
