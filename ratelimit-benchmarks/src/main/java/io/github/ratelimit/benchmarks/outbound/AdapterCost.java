package io.github.ratelimit.benchmarks.outbound;

import com.sun.management.ThreadMXBean;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.benchmarks.Machine;
import io.github.ratelimit.benchmarks.Spread;
import io.github.ratelimit.benchmarks.outbound.client.GovernedClient;
import io.github.ratelimit.benchmarks.outbound.client.ProviderKind;
import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.anthropic.RateLimitAnthropicInterceptor;
import io.github.ratelimit.client.http.RateLimitClientInterceptor;
import io.github.ratelimit.client.http.RateLimitRequestFactory;
import io.github.ratelimit.client.http.RestClientCustomizers;
import io.github.ratelimit.client.okhttp.RateLimitOkHttpInterceptor;
import io.github.ratelimit.client.openai.RateLimitOpenAiHttpClient;
import io.github.ratelimit.client.reactive.RateLimitExchangeFilter;
import io.github.ratelimit.client.reactive.WebClientCustomizers;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.springframework.http.MediaType;
import org.springframework.http.RequestEntity;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * What HTTP clients cost with the limiter and without it, for a request to a model and
 * its response, which never leave the process. One thread, whose processor time is
 * measured, so that other programs on the machine disturb less.
 */
public final class AdapterCost {

	private static final int CALLS = 20_000;

	private static final int WARM_UP_ROUNDS = 10;

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private static final String REQUEST = "{\"model\":\"gpt-4o-mini\",\"max_tokens\":500,\"messages\":[{\"role\":"
			+ "\"user\",\"content\":\"" + "Which of these sentences is the longest one? ".repeat(40) + "\"}]}";

	private AdapterCost() {
	}

	/**
	 * Prints the costs.
	 * @param args how many rounds, 15 by default
	 */
	public static void main(String[] args) {
		int rounds = (args.length > 0) ? Integer.parseInt(args[0]) : 15;
		Machine.print(AdapterCost.class, rounds);
		ClientLimiter limiter = GovernedClient.limiter(ProviderKind.OPENAI, List.of(), TimeSource.system(), null);
		RestClient.Builder blocking = RestClient.builder().requestFactory(new LocalModel.Blocking());
		WebClient.Builder reactive = WebClient.builder().clientConnector(new LocalModel.Reactive());
		Side rest = new Side("`RestClient`", null, calls(blocking.build()));
		Side intercepted = new Side("`RestClient` with an interceptor that does nothing", rest,
				calls(blocking.clone()
					.requestInterceptor((request, body, execution) -> execution.execute(request, body))
					.build()));
		Side restLimited = new Side("`RestClient`, limited by an interceptor", rest,
				calls(blocking.clone().requestInterceptor(new RateLimitClientInterceptor(limiter)).build()));
		Side restFactory = new Side("`RestClient`, limited by its request factory", rest,
				calls(blocking.clone()
					.requestFactory(new RateLimitRequestFactory(new LocalModel.Blocking(), limiter))
					.build()));
		RestClientCustomizers boot = new RestClientCustomizers(new ClientLimiters(List.of(limiter)));
		Side restBoot = new Side("`RestClient` of Spring Boot's builder, limited", rest,
				calls(boot.limit(RestClient.builder()).requestFactory(new LocalModel.Blocking()).build()));
		Side web = new Side("`WebClient`", null, calls(reactive.build()));
		Side filtered = new Side("`WebClient` with a filter that does nothing", web,
				calls(reactive.clone().filter((request, next) -> next.exchange(request)).build()));
		Side webLimited = new Side("`WebClient`, limited", web,
				calls(reactive.clone().filter(new RateLimitExchangeFilter(limiter)).build()));
		WebClient.Builder bootReactive = reactive.clone();
		new WebClientCustomizers(new ClientLimiters(List.of(limiter))).customize(bootReactive);
		Side webBoot = new Side("`WebClient` of Spring Boot's builder, limited", web, calls(bootReactive.build()));
		Side template = new Side("`RestTemplate`", null, calls(new RestTemplate(new LocalModel.Blocking())));
		Side templateFactory = new Side("`RestTemplate`, limited by its request factory", template,
				calls(new RestTemplate(new RateLimitRequestFactory(new LocalModel.Blocking(), limiter))));
		RestTemplate bootTemplate = boot.template();
		bootTemplate.setRequestFactory(new LocalModel.Blocking());
		Side templateBoot = new Side("`RestTemplate` of Spring Boot's builder, limited", template, calls(bootTemplate));
		byte[] request = REQUEST.getBytes(StandardCharsets.UTF_8);
		Side okHttp = new Side("OkHttp", null, LocalOkHttp.calls(request));
		Side okHttpLimited = new Side("OkHttp, limited", okHttp,
				LocalOkHttp.calls(request, new RateLimitOkHttpInterceptor(limiter)));
		Side openAi = new Side("openai-java's HTTP client", null, LocalOpenAi.calls(request, new LocalOpenAi()));
		Side openAiLimited = new Side("openai-java's HTTP client, limited", openAi,
				LocalOpenAi.calls(request, new RateLimitOpenAiHttpClient(new LocalOpenAi(), limiter)));
		Side anthropic = new Side("anthropic-java's HTTP client", null,
				LocalAnthropic.calls(request, new LocalAnthropic()));
		Side anthropicLimited = new Side("anthropic-java's HTTP client, limited", anthropic, LocalAnthropic
			.calls(request, new RateLimitAnthropicInterceptor(limiter).intercept(new LocalAnthropic())));
		List<Side> sides = List.of(rest, intercepted, restLimited, restFactory, restBoot, template, templateFactory,
				templateBoot, web, filtered, webLimited, webBoot, okHttp, okHttpLimited, openAi, openAiLimited,
				anthropic, anthropicLimited);
		for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
			for (Side side : sides) {
				side.run(round >= 0);
			}
		}
		System.out.println("| a call of a client | ns | bytes | ns more | bytes more |");
		System.out.println("|---|---|---|---|---|");
		sides.forEach(System.out::println);
	}

	private static Supplier<String> calls(RestClient client) {
		return () -> client.post()
			.uri(ProviderKind.OPENAI.uri())
			.header("Authorization", "Bearer sk-bench")
			.contentType(MediaType.APPLICATION_JSON)
			.body(REQUEST)
			.retrieve()
			.body(String.class);
	}

	private static Supplier<String> calls(RestTemplate client) {
		return () -> client
			.exchange(RequestEntity.post(ProviderKind.OPENAI.uri())
				.header("Authorization", "Bearer sk-bench")
				.contentType(MediaType.APPLICATION_JSON)
				.body(REQUEST), String.class)
			.getBody();
	}

	private static Supplier<String> calls(WebClient client) {
		return () -> client.post()
			.uri(ProviderKind.OPENAI.uri())
			.header("Authorization", "Bearer sk-bench")
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue(REQUEST)
			.retrieve()
			.bodyToMono(String.class)
			.block();
	}

	private static final class Side {

		private final String name;

		private final Side without;

		private final Supplier<String> call;

		private final List<Double> nanos = new ArrayList<>();

		private final List<Double> bytes = new ArrayList<>();

		private Side(String name, Side without, Supplier<String> call) {
			this.name = name;
			this.without = without;
			this.call = call;
		}

		private void run(boolean counted) {
			long length = 0;
			long allocated = THREADS.getCurrentThreadAllocatedBytes();
			long start = THREADS.getCurrentThreadCpuTime();
			for (int i = 0; i < CALLS; i++) {
				length += this.call.get().length();
			}
			long time = THREADS.getCurrentThreadCpuTime() - start;
			long memory = THREADS.getCurrentThreadAllocatedBytes() - allocated;
			if (length != (long) CALLS * LocalModel.RESPONSE.length) {
				throw new IllegalStateException("Not every response was read");
			}
			if (counted) {
				this.nanos.add((double) time / CALLS);
				this.bytes.add((double) memory / CALLS);
			}
		}

		private static double more(List<Double> with, List<Double> without) {
			List<Double> differences = new ArrayList<>();
			for (int i = 0; i < with.size(); i++) {
				differences.add(with.get(i) - without.get(i));
			}
			return Spread.of(differences).median();
		}

		@Override
		public String toString() {
			String line = String.format(Locale.ROOT, "| %s | %.0f | %.0f |", this.name, Spread.of(this.nanos).median(),
					Spread.of(this.bytes).median());
			return (this.without == null) ? line + " | |" : line + String.format(Locale.ROOT, " %.0f | %.0f |",
					more(this.nanos, this.without.nanos), more(this.bytes, this.without.bytes));
		}

	}

}
