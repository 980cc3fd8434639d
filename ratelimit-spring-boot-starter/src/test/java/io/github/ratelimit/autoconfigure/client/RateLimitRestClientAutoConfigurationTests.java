package io.github.ratelimit.autoconfigure.client;

import static io.github.ratelimit.client.LocalProvider.inTurn;
import static io.github.ratelimit.client.LocalProvider.json;
import static io.github.ratelimit.client.LocalProvider.status;
import static io.github.ratelimit.client.TestClient.client;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.springframework.test.web.client.match.MockRestRequestMatchers.requestTo;
import static org.springframework.test.web.client.response.MockRestResponseCreators.withSuccess;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.LocalProvider;
import io.github.ratelimit.client.RequestPriority;
import io.github.ratelimit.client.TestClient;
import io.github.ratelimit.client.http.RateLimitClientInterceptor;
import io.github.ratelimit.client.http.RateLimitRequestFactory;
import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.provider.dialect.Dimension;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.service.HttpServiceClientPropertiesAutoConfiguration;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientBuilderConfigurer;
import org.springframework.boot.restclient.autoconfigure.service.HttpServiceClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.http.MediaType;
import org.springframework.http.StreamingHttpOutputMessage;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.http.client.support.HttpRequestWrapper;
import org.springframework.test.web.client.MockRestServiceServer;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.support.RestClientHttpServiceGroupConfigurer;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.registry.ImportHttpServices;

@ExtendWith(OutputCaptureExtension.class)
class RateLimitRestClientAutoConfigurationTests {

	private LocalProvider provider;

	private final List<ClientHttpRequest> sent = new ArrayList<>();

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
					RestClientAutoConfiguration.class, HttpServiceClientAutoConfiguration.class,
					RateLimitRestClientAutoConfiguration.class))
			.withPropertyValues("spring.http.serviceclient.openai.base-url=" + this.provider.url(),
					"spring.http.serviceclient.other.base-url=" + this.provider.url())
			.withBean(ClientLimiters.class, () -> TestClient.limiters(clients));
	}

	/** Returns a client of the configuration for all addresses of the provider. */
	private TestClient matching() {
		return client().match(this.provider.url() + "/**");
	}

	/** Counts the requests of a client that is made from the injected builder. */
	private long spentBy(UnaryOperator<RestClient.Builder> user) {
		TestClient client = matching();
		application(client).run((context) -> get(user.apply(context.getBean(RestClient.Builder.class)).build()));
		assertThat(this.provider.bodies()).hasSize(1);
		return client.spent(Dimension.REQUESTS);
	}

	private void get(RestClient rest) {
		rest.get().uri(this.provider.url() + "/v1/models").retrieve().toBodilessEntity();
	}

	/** The factory of an application, such as one with a timeout. */
	private ClientHttpRequestFactory own() {
		SimpleClientHttpRequestFactory factory = new SimpleClientHttpRequestFactory();
		return (uri, method) -> {
			ClientHttpRequest request = factory.createRequest(uri, method);
			this.sent.add(request);
			return request;
		};
	}

	@Test
	void an_injected_builder_is_limited_without_a_copy_of_its_requests() {
		List<String> requests = new ArrayList<>();
		assertThat(spentBy(
				(builder) -> builder.requestInitializer((request) -> requests.add(request.getClass().getSimpleName()))))
			.isEqualTo(1);
		assertThat(requests).containsExactly("LimitedRequest");
	}

	@Test
	void a_request_to_another_address_is_the_one_of_the_factory() {
		List<String> requests = new ArrayList<>();
		application(client().match("https://api.openai.com/**")).run((context) -> {
			RestClient.Builder builder = context.getBean(RestClient.Builder.class);
			get(builder.requestInitializer((request) -> requests.add(request.getClass().getSimpleName())).build());
		});
		assertThat(requests).doesNotContain("LimitedRequest", "InterceptingClientHttpRequest").hasSize(1);
	}

	@Test
	void builders_are_those_of_spring_where_no_client_has_an_address() {
		application(client()).run((context) -> {
			RestClient.Builder builder = context.getBean(RestClient.Builder.class);
			assertThat(builder).hasSameClassAs(RestClient.builder());
			List<String> requests = new ArrayList<>();
			get(builder.requestInitializer((request) -> requests.add(request.getClass().getSimpleName())).build());
			assertThat(requests).doesNotContain("LimitedRequest", "InterceptingClientHttpRequest").hasSize(1);
		});
	}

	@Test
	void a_request_factory_of_the_application_is_limited() {
		assertThat(spentBy((builder) -> builder.requestFactory(own()))).isEqualTo(1);
		assertThat(this.sent).hasSize(1);
	}

	@Test
	void a_factory_that_a_customizer_sets_is_limited() {
		TestClient group = client();
		TestClient address = matching().name("address");
		application(group, address).withUserConfiguration(Services.class)
			.withBean(RestClientCustomizer.class, () -> (builder) -> builder.requestFactory(own()))
			.run((context) -> {
				get(context.getBean(RestClient.Builder.class).build());
				context.getBean(OpenAi.class).models();
			});
		assertThat(this.sent).hasSize(2);
		assertThat(group.spent(Dimension.REQUESTS)).isEqualTo(1);
		assertThat(address.spent(Dimension.REQUESTS)).isEqualTo(1);
	}

	@Test
	void a_factory_that_is_set_at_a_copy_of_a_builder_is_limited() {
		assertThat(spentBy((builder) -> builder.defaultHeader("X", "y").clone().requestFactory(own()))).isEqualTo(1);
		assertThat(this.sent).hasSize(1);
	}

	@Test
	void a_factory_that_is_applied_to_a_builder_as_that_of_an_ssl_bundle_is_limited() {
		assertThat(spentBy((builder) -> builder.apply((applied) -> applied.requestFactory(own())))).isEqualTo(1);
		assertThat(this.sent).hasSize(1);
	}

	@Test
	void a_factory_that_is_set_at_a_copy_of_a_client_is_limited() {
		assertThat(spentBy((builder) -> builder.build().mutate().requestFactory(own()))).isEqualTo(1);
		assertThat(this.sent).hasSize(1);
	}

	@Test
	void spring_s_default_factory_is_limited() {
		assertThat(spentBy((builder) -> builder.requestFactory(null))).isEqualTo(1);
	}

	@Test
	void a_request_is_counted_once_where_the_application_adds_adapters_of_its_own() {
		TestClient client = matching();
		ClientLimiters limiters = TestClient.limiters(client);
		application(client).run((context) -> get(context.getBean(RestClient.Builder.class)
			.requestFactory(new RateLimitRequestFactory(own(), limiters))
			.requestInterceptor(new RateLimitClientInterceptor(limiters))
			.build()));
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(1);
		assertThat(client.outcomes()).hasSize(1);
	}

	@Test
	void a_builder_that_the_application_has_configured_is_limited() {
		TestClient client = matching();
		application(client).run((context) -> {
			RestClientBuilderConfigurer configurer = context.getBean(RestClientBuilderConfigurer.class);
			get(configurer.configure(RestClient.builder()).requestFactory(own()).build());
			RestClient.Builder builder = RestClient.builder();
			configurer.configure(builder);
			get(builder.build());
		});
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(2);
	}

	@Test
	void a_factory_that_cannot_be_limited_is_warned_of_once(CapturedOutput output) {
		TestClient client = matching();
		application(client).run((context) -> {
			RestClient.Builder builder = RestClient.builder();
			context.getBean(RestClientBuilderConfigurer.class).configure(builder);
			RestClient rest = builder.requestFactory(own()).build();
			get(rest);
			get(rest);
		});
		assertThat(client.limiter().isUsed()).isFalse();
		assertThat(output.toString().split("without the limits of client 'openai'", -1)).hasSize(2);
		assertThat(output).contains("RestClientBuilderConfigurer.configure(...)", "[RL711]");
	}

	@Test
	void the_credential_of_an_interceptor_is_seen_although_it_is_added_last() {
		TestClient client = matching();
		application(client).run((context) -> {
			List<String> credentials = new ArrayList<>(List.of("one", "two", "one"));
			RestClient rest = context.getBean(RestClient.Builder.class)
				.requestInterceptor((request, body, execution) -> {
					request.getHeaders().setBearerAuth(credentials.remove(0));
					return execution.execute(request, body);
				})
				.build();
			get(rest);
			get(rest.mutate().build());
			get(rest);
		});
		assertThat(client.limiter().accounts()).hasSize(2);
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(3);
	}

	@Test
	void each_attempt_of_an_interceptor_that_retries_is_counted() {
		TestClient client = matching();
		application(client).run(
				(context) -> get(context.getBean(RestClient.Builder.class).requestInterceptor((request, body, next) -> {
					next.execute(request, body).close();
					return next.execute(request, body);
				}).build()));
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(2);
	}

	@Test
	void the_address_counts_that_the_caller_writes_or_the_one_that_an_interceptor_makes_of_it() {
		for (String match : List.of("http://model/**", this.provider.url() + "/**")) {
			TestClient client = client().match(match);
			application(client).run((context) -> context.getBean(RestClient.Builder.class)
				.requestInterceptor(balancer())
				.build()
				.get()
				.uri("http://model/v1")
				.retrieve()
				.toBodilessEntity());
			assertThat(client.spent(Dimension.REQUESTS)).as(match).isEqualTo(1);
		}
	}

	/** Replaces the name of a service by its address. */
	private ClientHttpRequestInterceptor balancer() {
		return (request, body, execution) -> execution.execute(new HttpRequestWrapper(request) {

			@Override
			public URI getURI() {
				return URI.create(RateLimitRestClientAutoConfigurationTests.this.provider.url() + "/v1");
			}

		}, body);
	}

	@Test
	void a_priority_arrives_also_where_responses_are_buffered() {
		TestClient client = matching();
		application(client).run((context) -> context.getBean(RestClient.Builder.class)
			.bufferContent((uri, method) -> true)
			.requestFactory(own())
			.build()
			.get()
			.uri(this.provider.url())
			.attribute(RequestPriority.ATTRIBUTE, RequestPriority.HIGH)
			.retrieve()
			.toBodilessEntity());
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(1);
		assertThat(this.sent).singleElement()
			.satisfies((request) -> assertThat(request.getAttributes()).containsEntry(RequestPriority.ATTRIBUTE,
					RequestPriority.HIGH));
	}

	@Test
	void a_refusal_a_failure_and_an_error_come_out_as_they_are() {
		TestClient client = matching().maxConcurrent(1).maxWaiting(0);
		application(client).run((context) -> {
			RestClient rest = context.getBean(RestClient.Builder.class).build();
			rest.get().uri(this.provider.url()).exchange((request, response) -> {
				assertThatExceptionOfType(CallRefusedException.class).isThrownBy(() -> get(rest)).withNoCause();
				return response.getStatusCode();
			});
			this.provider.answers(status(400, "{}"));
			assertThatExceptionOfType(HttpClientErrorException.BadRequest.class).isThrownBy(() -> get(rest));
			this.provider.answers((exchange) -> exchange.close());
			assertThatExceptionOfType(ResourceAccessException.class).isThrownBy(() -> get(rest))
				.withCauseInstanceOf(IOException.class);
		});
	}

	@Test
	void a_refused_request_is_sent_again_with_its_body_which_may_be_streamed() {
		TestClient client = matching().attempts(2, 1).time(TimeSource.system());
		this.provider.answers(inTurn(status(429, "{}", "retry-after-ms", "1"), json("{}")));
		StreamingHttpOutputMessage.Body body = (stream) -> write(stream, "{\"model\":\"gpt-4o\"}");
		application(client).run((context) -> context.getBean(RestClient.Builder.class)
			.build()
			.post()
			.uri(this.provider.url())
			.contentType(MediaType.APPLICATION_JSON)
			.body(body)
			.retrieve()
			.toBodilessEntity());
		assertThat(this.provider.bodies()).containsExactly("{\"model\":\"gpt-4o\"}", "{\"model\":\"gpt-4o\"}");
		assertThat(client.models()).containsExactly("gpt-4o");
	}

	private static void write(OutputStream stream, String text) throws IOException {
		stream.write(text.getBytes());
	}

	@Test
	void a_mock_server_is_limited() {
		TestClient client = client().match("https://api.openai.com/**");
		application(client).run((context) -> {
			RestClient.Builder builder = context.getBean(RestClient.Builder.class);
			MockRestServiceServer server = MockRestServiceServer.bindTo(builder).build();
			server.expect(requestTo("https://api.openai.com/v1"))
				.andRespond(withSuccess("{}", MediaType.APPLICATION_JSON));
			assertThat(builder.build().get().uri("https://api.openai.com/v1").retrieve().body(String.class))
				.isEqualTo("{}");
			server.verify();
		});
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(1);
	}

	@Test
	void a_builder_and_its_clients_are_equal_to_themselves() {
		application(matching()).run((context) -> {
			RestClient.Builder builder = context.getBean(RestClient.Builder.class);
			RestClient rest = builder.build();
			assertThat(List.of(builder, rest)).contains(builder).contains(rest);
			assertThat(builder).isNotEqualTo(builder.clone());
			assertThatExceptionOfType(IllegalArgumentException.class)
				.isThrownBy(() -> builder.requestInterceptor(null));
		});
	}

	@Test
	void a_group_is_limited_by_the_client_of_its_name_without_a_copy_of_its_requests() {
		TestClient group = client();
		TestClient address = matching().name("address");
		List<String> requests = new ArrayList<>();
		application(group, address).withUserConfiguration(Services.class)
			.withBean("user", RestClientHttpServiceGroupConfigurer.class,
					() -> (groups) -> groups.forEachClient((any, builder) -> builder
						.requestInitializer((request) -> requests.add(request.getClass().getSimpleName()))))
			.run((context) -> {
				context.getBean(OpenAi.class).models();
				context.getBean(OpenAi.class).models();
				context.getBean(Other.class).models();
			});
		assertThat(requests).containsOnly("LimitedRequest").hasSize(3);
		assertThat(group.spent(Dimension.REQUESTS)).isEqualTo(2);
		assertThat(address.spent(Dimension.REQUESTS)).isEqualTo(1);
	}

	@Test
	void a_group_with_a_factory_of_the_application_is_limited() {
		TestClient group = client();
		application(group).withUserConfiguration(Services.class)
			.withBean("user", RestClientHttpServiceGroupConfigurer.class,
					() -> (groups) -> groups.forEachClient((any, builder) -> builder.requestFactory(own())))
			.run((context) -> {
				context.getBean(OpenAi.class).models();
				context.getBean(Other.class).models();
			});
		assertThat(this.sent).hasSize(2);
		assertThat(group.spent(Dimension.REQUESTS)).isEqualTo(1);
	}

	@Test
	void a_group_with_a_builder_of_the_application_is_limited() {
		TestClient group = client();
		TestClient address = matching().name("address");
		application(group, address).withUserConfiguration(Services.class, OwnBuilders.class).run((context) -> {
			context.getBean(OpenAi.class).models();
			context.getBean(Other.class).models();
		});
		assertThat(group.spent(Dimension.REQUESTS)).isEqualTo(1);
		assertThat(address.spent(Dimension.REQUESTS)).isEqualTo(1);
	}

	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "openai", types = OpenAi.class)
	@ImportHttpServices(group = "other", types = Other.class)
	static class Services {

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnBuilders {

		@Bean
		RestClientHttpServiceGroupConfigurer ownBuilders(RestClient.Builder builder) {
			return new RestClientHttpServiceGroupConfigurer() {

				@Override
				public void configureGroups(Groups<RestClient.Builder> groups) {
					groups.filterByName("openai").forEachClient((group) -> RestClient.builder());
					groups.filterByName("other").forEachClient((group) -> builder.clone());
				}

				@Override
				public int getOrder() {
					return Ordered.HIGHEST_PRECEDENCE;
				}

			};
		}

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
