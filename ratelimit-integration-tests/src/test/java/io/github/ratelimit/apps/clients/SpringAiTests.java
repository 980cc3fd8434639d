package io.github.ratelimit.apps.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.anthropic.backends.AnthropicBackend;
import com.anthropic.client.AnthropicClient;
import com.anthropic.client.AnthropicClientImpl;
import com.anthropic.models.messages.MessageCreateParams;
import com.openai.client.OpenAIClient;
import com.openai.client.OpenAIClientImpl;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import io.github.ratelimit.client.anthropic.RateLimitAnthropicInterceptor;
import io.github.ratelimit.client.openai.RateLimitOpenAiHttpClient;
import io.github.ratelimit.client.springai.RateLimitAnthropicCustomizer;
import io.github.ratelimit.client.springai.RateLimitOpenAiCustomizer;
import io.github.ratelimit.provider.dialect.Dimension;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.ai.anthropic.AnthropicChatModel;
import org.springframework.ai.anthropic.AnthropicChatOptions;
import org.springframework.ai.anthropic.http.okhttp.SpringAiAnthropicHttpClient;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;
import org.springframework.ai.openai.http.okhttp.SpringAiOpenAiHttpClient;

/** Chat clients of Spring AI, whose models our customizers limit. */
class SpringAiTests {

	private final StubProvider provider = new StubProvider();

	@AfterEach
	void close() {
		this.provider.close();
	}

	@ParameterizedTest
	@EnumSource
	void aPlainAnswerIsChargedByItsUsage(Vendor vendor) {
		Limiters limiters = new Limiters(this.provider.uri(), 1, Duration.ofSeconds(30));
		assertThat(vendor.chatClient(this.provider, limiters).prompt("Say hello").call().content()).isEqualTo("Hello");
		assertThat(limiters.inFlight()).isZero();
		assertThat(limiters.used(Dimension.TOKENS)).isEqualTo(ModelShape.TOKENS);
	}

	@ParameterizedTest
	@EnumSource
	void aStreamArrivesPieceByPieceAndIsChargedByItsUsage(Vendor vendor) {
		Semaphore permits = new Semaphore(1);
		this.provider.replies(StubProvider.text(permits, "Hel", "lo"));
		Limiters limiters = new Limiters(this.provider.uri(), 1, Duration.ofSeconds(30));
		try (Stream<String> stream = vendor.chatClient(this.provider, limiters)
			.prompt("Say hello")
			.stream()
			.content()
			.doOnNext((piece) -> permits.release())
			.toStream(1)) {
			assertThat(stream.toList()).containsSequence("Hel", "lo");
		}
		Awaitility.await().until(() -> limiters.inFlight() == 0);
		assertThat(limiters.used(Dimension.TOKENS)).isEqualTo(ModelShape.TOKENS);
	}

	@ParameterizedTest
	@EnumSource
	void aStreamThatIsCancelledLeavesItsSlot(Vendor vendor) {
		this.provider.replies(StubProvider.endless("Hel", Duration.ofMillis(20)));
		Limiters limiters = new Limiters(this.provider.uri(), 1, Duration.ofSeconds(30));
		String first = vendor.chatClient(this.provider, limiters)
			.prompt("Say hello")
			.stream()
			.content()
			.filter((piece) -> !piece.isEmpty())
			.blockFirst();
		assertThat(first).isEqualTo("Hel");
		Awaitility.await().until(() -> limiters.inFlight() == 0);
	}

	@ParameterizedTest
	@EnumSource
	void aRefusedCallIsNotSentAgain(Vendor vendor) {
		Limiters limiters = new Limiters(this.provider.uri(), 1, Limiters.YEAR, 1, Duration.ofSeconds(30));
		ChatClient client = vendor.chatClient(this.provider, limiters);
		client.prompt("Say hello").call().content();
		assertThat(catchThrowable(() -> client.prompt("Say hello").call().content()))
			.hasMessageContaining("was not sent");
		assertThat(catchThrowable(() -> client.prompt("Say hello").stream().content().collectList().block()))
			.hasStackTraceContaining("was not sent");
		assertThat(this.provider.arrivals()).hasSize(1);
	}

	@ParameterizedTest
	@EnumSource
	void anAsynchronousCallOfAnSdkOverALimitedClientIsChargedOnce(Vendor vendor) {
		Limiters limiters = new Limiters(this.provider.uri(), 10, Duration.ofSeconds(30));
		for (int calls = 1; calls <= 3; calls++) {
			assertThat(vendor.askThroughTwoAdapters(this.provider, limiters).join()).isEqualTo("Hello");
			assertThat(this.provider.arrivals()).hasSize(calls);
			assertThat(limiters.used(Dimension.REQUESTS)).isEqualTo(calls);
			assertThat(limiters.used(Dimension.TOKENS)).isEqualTo(calls * ModelShape.TOKENS);
			assertThat(limiters.inFlight()).isZero();
		}
	}

	private enum Vendor {

		OPENAI {

			@Override
			CompletableFuture<String> askThroughTwoAdapters(StubProvider provider, Limiters limiters) {
				SpringAiOpenAiHttpClient.Builder inner = SpringAiOpenAiHttpClient.builder();
				new RateLimitOpenAiCustomizer(limiters.limiters()).customize(inner);
				OpenAIClient client = new OpenAIClientImpl(com.openai.core.ClientOptions.builder()
					.httpClient(new RateLimitOpenAiHttpClient(inner.build(), limiters.limiters()))
					.baseUrl(provider.uri() + "/v1")
					.apiKey("key")
					.build());
				return client.async()
					.chat()
					.completions()
					.create(ChatCompletionCreateParams.builder().model("m").addUserMessage("Say hello").build())
					.thenApply((completion) -> completion.choices().get(0).message().content().orElseThrow());
			}

			@Override
			ChatModel model(StubProvider provider, Limiters limiters) {
				return OpenAiChatModel.builder()
					.options(OpenAiChatOptions.builder()
						.baseUrl(provider.uri() + "/v1")
						.apiKey("key")
						.model("m")
						.streamUsage(true)
						.build())
					.httpClientBuilderCustomizers(List.of(new RateLimitOpenAiCustomizer(limiters.limiters())))
					.build();
			}

		},

		ANTHROPIC {

			@Override
			CompletableFuture<String> askThroughTwoAdapters(StubProvider provider, Limiters limiters) {
				String url = provider.uri().toString();
				SpringAiAnthropicHttpClient.Builder inner = SpringAiAnthropicHttpClient.builder()
					.backend(AnthropicBackend.builder().apiKey("key").baseUrl(url).build());
				new RateLimitAnthropicCustomizer(limiters.limiters()).customize(inner);
				AnthropicClient client = new AnthropicClientImpl(com.anthropic.core.ClientOptions.builder()
					.httpClient(inner.build())
					.addInterceptor(new RateLimitAnthropicInterceptor(limiters.limiters(), url))
					.build());
				return client.async()
					.messages()
					.create(MessageCreateParams.builder().model("m").maxTokens(100).addUserMessage("Say hello").build())
					.thenApply((message) -> message.content().get(0).asText().text());
			}

			@Override
			ChatModel model(StubProvider provider, Limiters limiters) {
				return AnthropicChatModel.builder()
					.options(AnthropicChatOptions.builder()
						.baseUrl(provider.uri().toString())
						.apiKey("key")
						.model("m")
						.maxTokens(100)
						.build())
					.httpClientBuilderCustomizers(List.of(new RateLimitAnthropicCustomizer(limiters.limiters())))
					.build();
			}

		};

		/** Asks the SDK, whose HTTP client is that of Spring AI, with both adapters. */
		abstract CompletableFuture<String> askThroughTwoAdapters(StubProvider provider, Limiters limiters);

		abstract ChatModel model(StubProvider provider, Limiters limiters);

		ChatClient chatClient(StubProvider provider, Limiters limiters) {
			return ChatClient.create(model(provider, limiters));
		}

	}

}
