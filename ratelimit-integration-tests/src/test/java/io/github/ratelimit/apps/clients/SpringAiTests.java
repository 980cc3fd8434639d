package io.github.ratelimit.apps.clients;

import io.github.ratelimit.client.springai.RateLimitAnthropicCustomizer;
import io.github.ratelimit.client.springai.RateLimitOpenAiCustomizer;
import io.github.ratelimit.provider.dialect.Dimension;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.ai.anthropic.AnthropicChatModel;
import org.springframework.ai.anthropic.AnthropicChatOptions;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

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

	private enum Vendor {

		OPENAI {

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

		abstract ChatModel model(StubProvider provider, Limiters limiters);

		ChatClient chatClient(StubProvider provider, Limiters limiters) {
			return ChatClient.create(model(provider, limiters));
		}

	}

}
