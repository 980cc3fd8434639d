package io.github.ratelimit.client;

import static io.github.ratelimit.client.LocalProvider.json;
import static io.github.ratelimit.client.LocalProvider.status;
import static io.github.ratelimit.client.LocalProvider.stream;
import static io.github.ratelimit.client.TestClient.client;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.ratelimit.TestThreads;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.client.ClientListener.Outcome;
import io.github.ratelimit.client.LocalProvider.Answer;
import io.github.ratelimit.client.http.RateLimitClientInterceptor;
import io.github.ratelimit.client.reactive.RateLimitExchangeFilter;
import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.provider.dialect.Dimension;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;

/** However calls end, they leave no slot, no ticket in the queue and no permit behind. */
class CallEndingsTests {

	private static final int SLOTS = 8;

	private static final int CALLERS = 48;

	private final TestClient client = client().time(TimeSource.system()).maxConcurrent(SLOTS);

	private LocalProvider provider;

	/** Bound, so that no other process listens there, and refuses every connection. */
	private final Socket nowhere = new Socket();

	@BeforeEach
	void start() throws IOException {
		// the JDK's client fails a request that its caller has cancelled
		Hooks.onErrorDropped((failure) -> {
		});
		this.provider = new LocalProvider((exchange) -> answer().give(exchange));
		this.nowhere.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
	}

	@AfterEach
	void stop() throws IOException {
		this.nowhere.close();
		Hooks.resetOnErrorDropped();
		this.provider.close();
	}

	private static Answer answer() {
		ThreadLocalRandom random = ThreadLocalRandom.current();
		return switch (random.nextInt(8)) {
			case 0, 1, 2 -> json("{\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}");
			case 3, 4 -> {
				AtomicInteger left = new AtomicInteger(random.nextInt(1, 10));
				yield stream(() -> (left.getAndDecrement() > 0) ? "{}" : null);
			}
			case 5 -> status(400, "{\"error\":{\"code\":\"insufficient_quota\"}}");
			case 6 -> (exchange) -> {
				throw new IOException("broken before the head");
			};
			default -> (exchange) -> {
				exchange.sendResponseHeaders(random.nextBoolean() ? 200 : 500, 100);
				exchange.getResponseBody().write("begun".getBytes());
				exchange.getResponseBody().flush();
				throw new IOException("broken within the body");
			};
		};
	}

	private String url() {
		return (ThreadLocalRandom.current().nextInt(20) == 0) ? "http://127.0.0.1:" + this.nowhere.getLocalPort()
				: this.provider.url();
	}

	static Stream<ClientHttpConnector> connectors() {
		return Stream.of(new JdkClientHttpConnector(), new ReactorClientHttpConnector());
	}

	@ParameterizedTest
	@MethodSource("connectors")
	void reactive_calls_leave_nothing_behind(ClientHttpConnector connector) {
		reactive(connector, 500);
	}

	@Tag("soak")
	@ParameterizedTest
	@MethodSource("connectors")
	void ten_thousand_reactive_calls_leave_nothing_behind(ClientHttpConnector connector) {
		reactive(connector, 10_000);
	}

	@Test
	void blocking_calls_leave_nothing_behind() throws Exception {
		blocking(500);
	}

	@Tag("soak")
	@Test
	void ten_thousand_blocking_calls_leave_nothing_behind() throws Exception {
		blocking(10_000);
	}

	@ParameterizedTest
	@MethodSource("connectors")
	void calls_that_are_sent_again_leave_nothing_behind(ClientHttpConnector connector) {
		TestClient retrying = client().time(TimeSource.system()).discovered().attempts(3);
		this.provider.answers((exchange) -> ((ThreadLocalRandom.current().nextInt(20) > 0) ? answer()
				: status(429, "{}", "Retry-After", "0"))
			.give(exchange));
		WebClient web = WebClient.builder()
			.clientConnector(connector)
			.filter(new RateLimitExchangeFilter(retrying.limiter()))
			.build();
		endings(web, 300);
		await().atMost(Duration.ofSeconds(20)).until(() -> retrying.inFlight() == 0 && retrying.waiting() == 0);
		assertThat(retrying.outcomes()).contains(Outcome.THROTTLED);
	}

	private void reactive(ClientHttpConnector connector, int calls) {
		WebClient web = WebClient.builder()
			.clientConnector(connector)
			.filter(new RateLimitExchangeFilter(this.client.limiter()))
			.build();
		endings(web, calls);
		assertNothingIsLeft();
		assertAllSlotsAreThere(() -> web.get().uri(this.provider.url()).retrieve().toBodilessEntity().toFuture());
	}

	private void endings(WebClient web, int calls) {
		Flux.range(0, calls)
			.flatMap((i) -> Mono.defer(() -> ending(web)).onErrorResume(Exception.class, (ex) -> Mono.empty()), CALLERS)
			.blockLast(Duration.ofMinutes(2));
	}

	private Mono<?> ending(WebClient web) {
		ThreadLocalRandom random = ThreadLocalRandom.current();
		WebClient.RequestHeadersSpec<?> request = web.post().uri(url()).bodyValue("{}");
		Duration soon = Duration.ofNanos(random.nextInt(10_000_000));
		return switch (random.nextInt(7)) {
			case 0 -> request.retrieve().bodyToFlux(String.class).then();
			case 1 -> request.retrieve().toBodilessEntity();
			case 2 -> request.retrieve().bodyToFlux(String.class).take(1).then();
			case 3 -> request.retrieve().bodyToFlux(String.class).timeout(soon).then();
			case 4 -> request.exchangeToMono((response) -> Mono.never()).timeout(soon);
			case 5 -> request.exchangeToFlux((response) -> response.bodyToFlux(String.class)).take(soon).then();
			default -> Mono.firstWithSignal(request.retrieve().bodyToMono(String.class), Mono.delay(soon));
		};
	}

	private void blocking(int calls) throws Exception {
		RestClient rest = RestClient.builder()
			.requestFactory(new JdkClientHttpRequestFactory(HttpClient.newHttpClient()))
			.requestInterceptor(new RateLimitClientInterceptor(this.client.limiter()))
			.build();
		int threads = CALLERS / 3;
		TestThreads.run(threads, (thread) -> {
			for (int i = thread; i < calls; i += threads) {
				try {
					end(rest);
				}
				catch (RestClientException | CallRefusedException ex) {
					// one of the endings
				}
				finally {
					Thread.interrupted();
				}
			}
		});
		assertNothingIsLeft();
		assertAllSlotsAreThere(
				() -> TestThreads.run(() -> rest.get().uri(this.provider.url()).retrieve().toBodilessEntity()));
	}

	private void end(RestClient rest) {
		ThreadLocalRandom random = ThreadLocalRandom.current();
		RestClient.RequestHeadersSpec<?> request = rest.post().uri(url()).body("{}");
		switch (random.nextInt(5)) {
			case 0 -> request.retrieve().toBodilessEntity();
			case 1 -> request.exchange((sent, response) -> response.getBody().read());
			case 2 -> request.retrieve().body(Integer.class);
			case 3 -> {
				Thread caller = Thread.currentThread();
				CompletableFuture.delayedExecutor(random.nextInt(10_000), TimeUnit.MICROSECONDS)
					.execute(caller::interrupt);
				request.retrieve().toBodilessEntity();
			}
			default -> request.exchange((sent, response) -> {
				try (InputStream body = response.getBody()) {
					return body.readAllBytes();
				}
			});
		}
	}

	private void assertNothingIsLeft() {
		await().atMost(Duration.ofSeconds(20)).until(() -> this.client.inFlight() == 0 && this.client.waiting() == 0);
		long charged = this.client.outcomes()
			.stream()
			.filter((outcome) -> outcome != Outcome.NOT_SENT && outcome != Outcome.REFUSED)
			.count();
		assertThat(this.client.outcomes()).contains(Outcome.NOT_SENT, Outcome.SENT);
		assertThat(this.client.spent(Dimension.REQUESTS)).isEqualTo(charged);
	}

	private void assertAllSlotsAreThere(Caller caller) {
		CyclicBarrier together = new CyclicBarrier(SLOTS);
		CountDownLatch answered = new CountDownLatch(SLOTS);
		this.provider.answers((exchange) -> {
			try {
				together.await(20, TimeUnit.SECONDS);
			}
			catch (Exception ex) {
				throw new IOException(ex);
			}
			answered.countDown();
			json("{}").give(exchange);
		});
		List<CompletableFuture<?>> calls = new ArrayList<>();
		for (int i = 0; i < SLOTS; i++) {
			calls.add(caller.call());
		}
		calls.forEach((call) -> call.orTimeout(30, TimeUnit.SECONDS).join());
		assertThat(answered.getCount()).isZero();
	}

	private interface Caller {

		CompletableFuture<?> call();

	}

}
