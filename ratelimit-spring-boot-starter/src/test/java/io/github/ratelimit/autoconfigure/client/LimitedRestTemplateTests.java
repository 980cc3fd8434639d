package io.github.ratelimit.autoconfigure.client;

import static io.github.ratelimit.client.LocalProvider.json;
import static io.github.ratelimit.client.TestClient.client;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;
import static org.springframework.test.web.client.match.MockRestRequestMatchers.requestTo;
import static org.springframework.test.web.client.response.MockRestResponseCreators.withSuccess;

import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.LocalProvider;
import io.github.ratelimit.client.RequestPriority;
import io.github.ratelimit.client.TestClient;
import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.provider.dialect.Dimension;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.http.client.support.HttpRequestWrapper;
import org.springframework.test.web.client.MockRestServiceServer;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

class LimitedRestTemplateTests {

	private LocalProvider provider;

	private final List<String> requests = new ArrayList<>();

	private final List<String> teams = new CopyOnWriteArrayList<>();

	@BeforeEach
	void start() throws IOException {
		this.provider = new LocalProvider(json("{}"));
	}

	@AfterEach
	void stop() {
		this.provider.close();
	}

	private ApplicationContextRunner application(TestClient client) {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(HttpClientAutoConfiguration.class,
					ImperativeHttpClientAutoConfiguration.class, RestTemplateAutoConfiguration.class,
					RateLimitRestClientAutoConfiguration.class))
			.withBean(ClientLimiters.class, () -> TestClient.limiters(client));
	}

	private TestClient matching() {
		return client().match(this.provider.url() + "/**");
	}

	private void with(TestClient client, Consumer<RestTemplateBuilder> user) {
		application(client).run((context) -> user.accept(context.getBean(RestTemplateBuilder.class)));
	}

	/** Counts the requests of a template that is made from the injected builder. */
	private long spentBy(Consumer<RestTemplate> user) {
		TestClient client = matching();
		with(client, (builder) -> {
			RestTemplate template = builder.build();
			user.accept(template);
			get(template);
		});
		return client.spent(Dimension.REQUESTS);
	}

	private void get(RestTemplate template) {
		template.getForObject(this.provider.url() + "/v1/models", String.class);
	}

	private void recordRequests(RestTemplate template) {
		template.getClientHttpRequestInitializers()
			.add((request) -> this.requests.add(request.getClass().getSimpleName()));
	}

	private ClientHttpRequestFactory own() {
		SimpleClientHttpRequestFactory factory = new SimpleClientHttpRequestFactory();
		return (uri, method) -> {
			this.requests.add("own");
			return factory.createRequest(uri, method);
		};
	}

	private ClientHttpRequestInterceptor credential(String credential) {
		return (request, body, execution) -> {
			request.getHeaders().setBearerAuth(credential);
			return execution.execute(request, body);
		};
	}

	@Test
	void a_template_of_the_injected_builder_is_limited_without_a_copy_of_its_requests() {
		assertThat(spentBy(this::recordRequests)).isEqualTo(1);
		assertThat(this.requests).containsExactly("LimitedRequest");
	}

	@Test
	void a_builder_that_is_changed_builds_limited_templates() {
		TestClient client = matching();
		this.provider.answers((exchange) -> {
			this.teams.add(exchange.getRequestHeaders().getFirst("X-Team"));
			json("{}").give(exchange);
		});
		with(client, (builder) -> {
			RestTemplate template = builder.connectTimeout(Duration.ofSeconds(5))
				.defaultHeader("X-Team", "blue")
				.additionalCustomizers(this::recordRequests)
				.build();
			get(template);
		});
		assertThat(this.requests).containsExactly("LimitedRequest");
		assertThat(this.teams).containsExactly("blue");
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(1);
	}

	@Test
	void a_request_factory_of_the_builder_is_limited() {
		TestClient client = matching();
		with(client, (builder) -> get(builder.requestFactory(this::own).build()));
		assertThat(this.requests).containsExactly("own");
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(1);
	}

	@Test
	void spring_s_default_factory_is_limited() {
		TestClient client = matching();
		with(client, (builder) -> get(builder.detectRequestFactory(false).build()));
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(1);
	}

	@Test
	void a_request_factory_that_is_set_at_a_template_is_limited() {
		assertThat(spentBy((template) -> template.setRequestFactory(own()))).isEqualTo(1);
		assertThat(this.requests).containsExactly("own");
	}

	@Test
	void a_template_whose_customizers_are_replaced_is_limited() {
		TestClient client = matching();
		with(client, (builder) -> get(builder.customizers(this::recordRequests).build()));
		assertThat(this.requests).containsExactly("LimitedRequest");
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(1);
	}

	@Test
	void the_credentials_of_interceptors_are_seen_although_they_are_added_to_a_template_that_was_used() {
		TestClient client = matching();
		with(client, (builder) -> {
			RestTemplate template = builder.build();
			get(template);
			template.getInterceptors().add(credential("one"));
			get(template);
			List<ClientHttpRequestInterceptor> interceptors = new ArrayList<>(template.getInterceptors());
			interceptors.add(credential("two"));
			template.setInterceptors(interceptors);
			get(template);
			template.setInterceptors(List.of());
			get(template);
		});
		assertThat(client.limiter().accounts()).hasSize(3);
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(4);
	}

	@Test
	void a_name_counts_that_a_load_balancer_replaces() {
		for (String match : List.of("http://model/**", this.provider.url() + "/**")) {
			TestClient client = client().match(match);
			with(client, (builder) -> {
				RestTemplate template = builder.build();
				List<ClientHttpRequestInterceptor> interceptors = new ArrayList<>(template.getInterceptors());
				interceptors.add(balancer());
				template.setInterceptors(interceptors);
				template.getForObject("http://model/v1", String.class);
				RestClient.create(template).get().uri("http://model/v1").retrieve().toBodilessEntity();
			});
			assertThat(client.spent(Dimension.REQUESTS)).as(match).isEqualTo(2);
		}
	}

	private ClientHttpRequestInterceptor balancer() {
		URI instance = URI.create(this.provider.url() + "/v1");
		return (request, body, execution) -> execution.execute(new HttpRequestWrapper(request) {

			@Override
			public URI getURI() {
				return instance;
			}

		}, body);
	}

	@Test
	void each_attempt_of_an_interceptor_that_retries_is_counted() {
		assertThat(spentBy((template) -> template.getInterceptors().add((request, body, next) -> {
			next.execute(request, body).close();
			return next.execute(request, body);
		}))).isEqualTo(2);
	}

	@Test
	void a_priority_counts_also_where_responses_are_buffered() throws Exception {
		TestClient client = matching().maxConcurrent(1);
		CountDownLatch end = new CountDownLatch(1);
		List<String> arrived = new CopyOnWriteArrayList<>();
		this.provider.answers((exchange) -> {
			arrived.add(exchange.getRequestURI().getPath());
			end.await();
			json("{}").give(exchange);
		});
		ExecutorService callers = Executors.newCachedThreadPool();
		try {
			with(client, (builder) -> {
				RestTemplate template = builder.build();
				template.setBufferingPredicate((uri, method) -> true);
				template.getClientHttpRequestInitializers().add((request) -> {
					if (request.getURI().getPath().equals("/high")) {
						request.getAttributes().put(RequestPriority.ATTRIBUTE, RequestPriority.HIGH);
					}
				});
				List<Future<String>> calls = new ArrayList<>();
				for (String path : List.of("/first", "/normal", "/high")) {
					int queued = calls.size() - 1;
					calls.add(callers.submit(() -> template.getForObject(this.provider.url() + path, String.class)));
					await().until(() -> (queued < 0) ? arrived.size() == 1 : client.waiting() == queued + 1);
				}
				end.countDown();
				assertThat(calls).allSatisfy((call) -> assertThat(call.get()).isEqualTo("{}"));
			});
			assertThat(arrived).containsExactly("/first", "/high", "/normal");
		}
		finally {
			callers.shutdownNow();
		}
	}

	@Test
	void a_rest_client_that_is_made_of_a_template_is_limited() {
		TestClient client = matching();
		with(client, (builder) -> {
			RestTemplate template = builder.build();
			RestClient.create(template).get().uri(this.provider.url()).retrieve().toBodilessEntity();
			template.getInterceptors().add(credential("one"));
			RestClient.create(template).get().uri(this.provider.url()).retrieve().toBodilessEntity();
		});
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(2);
		assertThat(client.outcomes()).hasSize(2);
	}

	@Test
	void a_template_of_the_application_s_own_class_is_limited_by_an_interceptor() {
		TestClient client = matching();
		with(client, (builder) -> {
			OwnTemplate template = builder.build(OwnTemplate.class);
			template.setRequestFactory(own());
			get(template);
			get(builder.configure(new RestTemplate()));
		});
		assertThat(this.requests).containsExactly("own");
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(2);
	}

	@Test
	void a_builder_of_the_application_is_limited() {
		TestClient client = matching();
		application(client).withBean("own", RestTemplateBuilder.class, RestTemplateBuilder::new)
			.run((context) -> get(context.getBean(RestTemplateBuilder.class).build()));
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(1);
	}

	@Test
	void a_template_is_the_one_of_spring_where_no_client_has_an_address() {
		with(client(), (builder) -> assertThat(builder.build()).hasSameClassAs(new RestTemplate()));
	}

	@Test
	void a_template_can_be_a_bean_that_is_proxied() {
		assertThat(spentBy((template) -> {
			ProxyFactory proxy = new ProxyFactory(template);
			proxy.setProxyTargetClass(true);
			get((RestTemplate) proxy.getProxy());
		})).isEqualTo(2);
	}

	@Test
	void a_refused_request_is_not_sent() {
		TestClient client = matching().maxConcurrent(1).maxWaiting(0);
		with(client, (builder) -> {
			RestTemplate template = builder.build();
			template.execute(this.provider.url(), HttpMethod.GET, null, (response) -> {
				assertThatExceptionOfType(CallRefusedException.class).isThrownBy(() -> get(template)).withNoCause();
				return null;
			});
		});
		assertThat(this.provider.bodies()).hasSize(1);
	}

	@Test
	void a_mock_server_is_limited() {
		TestClient client = client().match("https://api.openai.com/**");
		with(client, (builder) -> {
			RestTemplate template = builder.build();
			MockRestServiceServer server = MockRestServiceServer.bindTo(template).build();
			server.expect(requestTo("https://api.openai.com/v1"))
				.andRespond(withSuccess("{}", MediaType.APPLICATION_JSON));
			assertThat(template.getForObject("https://api.openai.com/v1", String.class)).isEqualTo("{}");
			server.verify();
		});
		assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(1);
	}

	@Test
	void first_requests_in_parallel_are_limited_by_the_last_interceptor() throws Exception {
		int threads = 8;
		ExecutorService callers = Executors.newFixedThreadPool(threads);
		try {
			for (int round = 0; round < 50; round++) {
				TestClient client = matching();
				with(client, (builder) -> {
					RestTemplate template = builder.additionalInterceptors(credential("one")).build();
					CountDownLatch ready = new CountDownLatch(threads);
					List<Future<?>> calls = new ArrayList<>();
					for (int i = 0; i < threads; i++) {
						calls.add(callers.submit(() -> {
							ready.countDown();
							ready.await();
							get(template);
							return null;
						}));
					}
					assertThat(calls).allSatisfy((call) -> assertThat(call.get()).isNull());
				});
				assertThat(client.limiter().accounts()).hasSize(1);
				assertThat(client.spent(Dimension.REQUESTS)).isEqualTo(threads);
			}
		}
		finally {
			callers.shutdownNow();
		}
	}

	/** A class that an application has made of a template. */
	public static class OwnTemplate extends RestTemplate {

	}

}
