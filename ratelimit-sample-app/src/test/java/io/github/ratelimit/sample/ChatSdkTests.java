package io.github.ratelimit.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.core.http.Headers;
import com.openai.errors.BadRequestException;
import com.openai.errors.RateLimitException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.services.blocking.chat.ChatCompletionService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The API and the limit on requests, with OpenAI's own SDK. */
@SampleTest
class ChatSdkTests {

	private final ManualTime time;

	private final ChatSdk sdk;

	ChatSdkTests(@LocalServerPort int port, @Autowired ManualTime time) {
		this.time = time;
		this.sdk = new ChatSdk(port, time);
	}

	@BeforeEach
	void refill() {
		this.time.advance(Duration.ofHours(1));
	}

	@Test
	void completionIsRead() {
		ChatCompletion completion = ChatSdk.ask(this.sdk.caller("sk-sdk-read"), ChatSdk.hello()).validate();
		assertThat(completion.choices().get(0).message().content()).hasValue("You said: Hello there");
		assertThat(ChatSdk.totalTokens(completion)).isEqualTo(9);
	}

	@Test
	void theEleventhCallRaisesTheSdksOwnRateLimitException() {
		ChatCompletionService client = this.sdk.caller("sk-sdk-eleven");
		callTenTimes(client);
		RateLimitException refused = catchThrowableOfType(RateLimitException.class,
				() -> ChatSdk.ask(client, ChatSdk.hello()));
		assertThat(refused.statusCode()).isEqualTo(429);
		assertThat(refused.headers().values("Retry-After")).containsExactly("6");
		assertThat(refused.headers().values("retry-after-ms")).containsExactly("6000");
		assertThat(refused.type()).hasValue("requests");
		assertThat(refused.code()).hasValue("rate_limit_exceeded");
		assertThat(ChatSdk.ask(this.sdk.caller("sk-sdk-other"), ChatSdk.hello()).choices()).hasSize(1);
	}

	@Test
	void theSdkWaitsForTheRetryAfterAndSucceeds() {
		callTenTimes(this.sdk.caller("sk-sdk-patient"));
		List<Duration> waits = new ArrayList<>();
		ChatCompletion served = ChatSdk.ask(this.sdk.patientCaller("sk-sdk-patient", waits), ChatSdk.hello());
		assertThat(served.choices()).hasSize(1);
		assertThat(waits).containsExactly(Duration.ofSeconds(6));
	}

	@Test
	void headersShowTheRemainingRequests() {
		ChatCompletionService client = this.sdk.caller("sk-sdk-headers");
		ChatSdk.ask(client, ChatSdk.hello());
		Headers second = ChatSdk.headersOf(client, ChatSdk.hello());
		assertThat(second.values("x-ratelimit-limit-requests")).containsExactly("10");
		assertThat(second.values("x-ratelimit-remaining-requests")).containsExactly("8");
		assertThat(second.values("x-ratelimit-reset-requests")).containsExactly("12s");
		assertThat(second.values("x-ratelimit-limit-tokens")).containsExactly("2000");
	}

	@Test
	void aStreamIsReadToItsEnd() {
		List<ChatCompletionChunk> chunks = ChatSdk.stream(this.sdk.caller("sk-sdk-stream"), ChatSdk.hello());
		chunks.forEach(ChatCompletionChunk::validate);
		assertThat(ChatSdk.textOf(chunks)).isEqualTo("You said: Hello there");
		assertThat(chunks.get(chunks.size() - 1).choices()).isEmpty();
		assertThat(ChatSdk.totalTokens(chunks)).isEqualTo(9);
	}

	@Test
	void aStreamCountsAsOneCall() {
		ChatCompletionService client = this.sdk.caller("sk-sdk-streams");
		for (int i = 0; i < 10; i++) {
			assertThat(ChatSdk.textOf(ChatSdk.stream(client, ChatSdk.hello()))).isNotEmpty();
		}
		assertThatExceptionOfType(RateLimitException.class).isThrownBy(() -> ChatSdk.stream(client, ChatSdk.hello()))
			.satisfies((refused) -> assertThat(refused.headers().values("Retry-After")).containsExactly("6"));
	}

	@Test
	void severalAnswersAreRead() {
		ChatCompletionService client = this.sdk.caller("sk-sdk-several");
		ChatCompletion completion = ChatSdk.ask(client, ChatSdk.hello().n(3)).validate();
		assertThat(completion.choices()).extracting(ChatCompletion.Choice::index).containsExactly(0L, 1L, 2L);
		assertThat(ChatSdk.totalTokens(completion)).isEqualTo(3 + 3 * 6);
		List<ChatCompletionChunk> chunks = ChatSdk.stream(client, ChatSdk.hello().n(3));
		assertThat(ChatSdk.totalTokens(chunks)).isEqualTo(3 + 3 * 6);
	}

	@Test
	void anAnswerEndsAtItsBound() {
		ChatCompletion completion = ChatSdk.ask(this.sdk.caller("sk-sdk-bound"),
				ChatSdk.hello().maxCompletionTokens(3));
		assertThat(completion.choices().get(0).message().content()).hasValue("You said:");
		assertThat(completion.choices().get(0).finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.LENGTH);
		assertThat(completion.usage().orElseThrow().completionTokens()).isEqualTo(3);
	}

	@Test
	void aCallerOnThePlanProHasItsLimits() {
		ChatCompletionService pro = this.sdk.caller("sk-pro-0001");
		Headers first = ChatSdk.headersOf(pro, ChatSdk.hello());
		assertThat(first.values("x-ratelimit-limit-requests")).containsExactly("60");
		assertThat(first.values("x-ratelimit-remaining-requests")).containsExactly("59");
		assertThat(first.values("x-ratelimit-limit-tokens")).containsExactly("20000");
		for (int i = 1; i < 60; i++) {
			ChatSdk.ask(pro, ChatSdk.hello());
		}
		assertThatExceptionOfType(RateLimitException.class).isThrownBy(() -> ChatSdk.ask(pro, ChatSdk.hello()))
			.satisfies((refused) -> assertThat(refused.headers().values("Retry-After")).containsExactly("1"));
	}

	@Test
	void aCallerWithoutAPlanHasTheDefaultLimits() {
		ChatCompletionService client = this.sdk.caller("sk-pro-0002");
		callTenTimes(client);
		assertThatExceptionOfType(RateLimitException.class).isThrownBy(() -> ChatSdk.ask(client, ChatSdk.hello()));
	}

	@Test
	void anInvalidRequestRaisesTheSdksOwnException() {
		assertThatExceptionOfType(BadRequestException.class)
			.isThrownBy(() -> ChatSdk.ask(this.sdk.caller("sk-sdk-bad"), ChatSdk.hello().model(" ")))
			.satisfies((refused) -> assertThat(refused.param()).hasValue("model"));
	}

	@Test
	void modelsAreListed() {
		assertThat(this.sdk.client("sk-sdk-models").models().list().data()).singleElement()
			.satisfies((model) -> assertThat(model.id()).isEqualTo("stub"));
	}

	private static void callTenTimes(ChatCompletionService client) {
		for (int i = 0; i < 10; i++) {
			ChatSdk.ask(client, ChatSdk.hello());
		}
	}

}
