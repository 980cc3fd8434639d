package io.github.ratelimit.apps.page;

import com.sun.net.httpserver.HttpServer;
import io.github.ratelimit.Key;
import io.github.ratelimit.PermitRequest;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.actuate.RecentCounts;
import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.okhttp.RateLimitOkHttpInterceptor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.Lifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** An application with limits, a client and calls, whose time is turned by hand. */
final class PageApplication implements AutoCloseable {

	private static final String[] LIMITS = { "limits.everyone.rate=10000/min", "limits.everyone.key=global",
			"limits.address.rate=300/min", "limits.address.key=ip", "limits.chat.rate=60/min burst 90",
			"limits.chat.key=header('X-API-Key')", "limits.chat-tokens.rate=100000/min",
			"limits.chat-tokens.key=header('X-API-Key')", "limits.chat-tokens.unit=tokens",
			"limits.chat-tokens.cost=500", "limits.login.rate=5/15min", "limits.login.key=ip",
			"limits.login.algorithm=sliding-window", "limits.search.rate=20/s", "limits.search.key=user + path",
			"limits.search.mode=shadow", "http.rules[0].path=/v1/**", "http.rules[0].methods=POST",
			"http.rules[0].limits=everyone, address, chat, chat-tokens", "http.rules[1].path=/login",
			"http.rules[1].limits=login", "http.rules[2].path=/search", "http.rules[2].limits=search" };

	private final HttpServer provider;

	private final ConfigurableApplicationContext context;

	private PageApplication(String... properties) {
		this.provider = provider();
		Stream<String> limits = Stream.of(LIMITS).map("--ratelimit."::concat);
		Stream<String> others = Stream.of("--server.port=0", "--server.address=127.0.0.1",
				"--spring.main.web-application-type=servlet", "--spring.main.banner-mode=off",
				"--logging.level.root=warn", "--management.endpoints.web.exposure.include=ratelimits",
				"--ratelimit.memory.max-keys-per-limit=1000000",
				"--ratelimit.clients.openai.match=http://127.0.0.1:" + this.provider.getAddress().getPort() + "/**",
				"--ratelimit.clients.openai.dialect=openai", "--ratelimit.clients.openai.requests=500/min");
		this.context = new SpringApplication(Setup.class)
			.run(Stream.of(limits, others, Stream.of(properties)).flatMap((part) -> part).toArray(String[]::new));
		stopTimer();
	}

	/** Without the timer only {@link #fiveSecondsPass()} lets time pass. */
	private void stopTimer() {
		this.context.getBean("rateLimitRecentCountsTimer", Lifecycle.class).stop();
	}

	static PageApplication start(String... properties) {
		return new PageApplication(properties);
	}

	private static HttpServer provider() {
		try {
			HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
			server.createContext("/", (exchange) -> {
				exchange.getResponseHeaders().set("x-ratelimit-limit-requests", "500");
				exchange.getResponseHeaders().set("x-ratelimit-remaining-requests", "312");
				exchange.getResponseHeaders().set("x-ratelimit-reset-requests", "22s");
				exchange.getResponseHeaders().set("x-ratelimit-limit-tokens", "200000");
				exchange.getResponseHeaders().set("x-ratelimit-remaining-tokens", "36100");
				exchange.getResponseHeaders().set("x-ratelimit-reset-tokens", "49s");
				exchange.sendResponseHeaders(200, -1);
				exchange.close();
			});
			server.start();
			return server;
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	String address(String portProperty, String path) {
		return "http://127.0.0.1:" + this.context.getEnvironment().getRequiredProperty(portProperty) + path;
	}

	void call(String limit, Key key, int times, long permits) {
		RateLimiter limiter = this.context.getBean(RateLimiter.class);
		for (int i = 0; i < times; i++) {
			limiter.tryAcquire(List.of(new PermitRequest(limit, key, permits)));
		}
	}

	boolean isAllowed(String limit, Key key) {
		return this.context.getBean(RateLimiter.class)
			.tryAcquire(List.of(new PermitRequest(limit, key, 1)))
			.isAllowed();
	}

	void callProvider() throws IOException {
		OkHttpClient client = new OkHttpClient.Builder()
			.addInterceptor(new RateLimitOkHttpInterceptor(this.context.getBean(ClientLimiters.class)))
			.build();
		String url = "http://127.0.0.1:" + this.provider.getAddress().getPort() + "/v1/models";
		client.newCall(new Request.Builder().url(url).header("Authorization", "Bearer sk-proj-4f9a8b7c6d5e").build())
			.execute()
			.close();
		client.connectionPool().evictAll();
	}

	/** Lets five seconds pass. */
	void fiveSecondsPass() {
		this.context.getBean(ManualClock.class).advance(Duration.ofSeconds(RecentCounts.SECONDS));
		this.context.getBean(RecentCounts.class).fiveSecondsPassed();
	}

	/** Five minutes of calls: steady ones, an eager client, and somebody who guesses. */
	void fiveMinutesOfCalls() {
		Random random = new Random(7);
		for (int step = 0; step < 60; step++) {
			double wave = 1 + 0.35 * Math.sin(step / 9.0) + 0.2 * random.nextDouble();
			call("everyone", Key.GLOBAL, (int) (540 * wave), 1);
			for (int i = 1; i <= 30; i++) {
				Key address = Key.of(Key.ADDRESS_KIND, "198.51.100." + i * 7);
				call("address", address, (int) (20 * wave / i), 1);
				Key caller = caller(i);
				call("chat", caller, (int) (5 * wave / Math.sqrt(i)), 1);
				call("chat-tokens", caller, (int) (12 * wave / Math.sqrt(i)), 500);
				Key user = Key.composed(List.of(Key.of(Key.USER_KIND, "user-" + i), Key.of("/search")));
				call("search", user, (int) (16 * wave / i), 1);
			}
			if (step > 20) {
				call("chat", Key.of("sk-live-eager-9c"), Math.min(step - 20, 25), 1);
			}
			if (step % 9 < 6 && step > 30) {
				call("login", Key.of(Key.ADDRESS_KIND, "203.0.113.77"), 6, 1);
			}
			call("login", Key.of(Key.ADDRESS_KIND, "192.0.2." + step * 3), (step % 4 == 0) ? 2 : 1, 1);
			fiveSecondsPass();
		}
		call("everyone", Key.GLOBAL, 2900, 1);
		for (int i = 1; i <= 30; i++) {
			call("address", Key.of(Key.ADDRESS_KIND, "198.51.100." + i * 7), 220 / i, 1);
			Key caller = caller(i);
			call("chat", caller, (int) (70 / Math.sqrt(i)), 1);
			call("chat-tokens", caller, (int) (130 / Math.sqrt(i)), 500);
		}
	}

	private static Key caller(int number) {
		return Key.of("sk-live-" + Integer.toHexString(number * 7919 + 4096) + "-" + number * 31);
	}

	@Override
	public void close() {
		this.context.close();
		this.provider.stop(0);
	}

	/** A clock that stands until it is advanced, and ends at the present. */
	static final class ManualClock implements TimeSource {

		private final Instant start = Instant.now().minus(Duration.ofMinutes(5));

		private final AtomicLong nanos = new AtomicLong();

		void advance(Duration duration) {
			this.nanos.addAndGet(duration.toNanos());
		}

		@Override
		public long nanoTime() {
			return this.nanos.get();
		}

		@Override
		public Instant wallTime() {
			return this.start.plusNanos(this.nanos.get());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Setup {

		@Bean
		ManualClock clock() {
			return new ManualClock();
		}

	}

}
