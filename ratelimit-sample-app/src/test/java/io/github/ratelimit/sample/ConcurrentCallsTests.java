package io.github.ratelimit.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.openai.core.http.StreamResponse;
import com.openai.errors.RateLimitException;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.services.blocking.chat.ChatCompletionService;
import io.github.ratelimit.sample.chat.HeldPace;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The limit of two in-flight calls, with OpenAI's own SDK. */
@SampleTest
class ConcurrentCallsTests {

	private static final String LONG_TEXT = "word ".repeat(400).strip();

	private final ManualTime time;

	private final HeldPace pace;

	private final SampleClient client;

	private final ChatSdk sdk;

	ConcurrentCallsTests(@LocalServerPort int port, @Autowired ManualTime time, @Autowired HeldPace pace) {
		this.time = time;
		this.pace = pace;
		this.client = new SampleClient(port);
		this.sdk = new ChatSdk(port, time);
	}

	@BeforeEach
	void holdStreams() {
		this.time.advance(Duration.ofHours(1));
		this.pace.hold();
	}

	@AfterEach
	void letEverythingPass() {
		this.pace.open();
	}

	@Test
	void aThirdCallIsAllowedAfterAStreamHasEnded() {
		String key = "sk-slots-end";
		ChatCompletionService caller = this.sdk.caller(key);
		try (StreamResponse<ChatCompletionChunk> first = caller.createStreaming(ChatSdk.streamed(ChatSdk.hello()));
				StreamResponse<ChatCompletionChunk> second = caller
					.createStreaming(ChatSdk.streamed(ChatSdk.hello()))) {
			assertRefused(caller);
			// each has four pieces, so with seven one has ended and the other has not
			this.pace.pass(7);
			awaitFree(key, 1);
			ChatSdk.ask(caller, ChatSdk.hello());
			this.pace.open();
			assertThat(ChatSdk.textOf(first.stream().toList())).isEqualTo("You said: Hello there");
			assertThat(ChatSdk.textOf(second.stream().toList())).isEqualTo("You said: Hello there");
		}
		awaitFree(key, 2);
	}

	@Test
	void aThirdCallIsAllowedAfterAClientHasDisconnected() {
		String key = "sk-slots-gone";
		ChatCompletionService caller = this.sdk.caller(key);
		ChatCompletionCreateParams talk = ChatSdk.streamed(ChatSdk.say(LONG_TEXT).maxTokens(100));
		try (StreamResponse<ChatCompletionChunk> first = caller.createStreaming(talk);
				StreamResponse<ChatCompletionChunk> second = caller.createStreaming(talk)) {
			assertRefused(caller);
			first.close();
			await().pollInterval(Duration.ofMillis(5)).until(() -> {
				this.pace.pass(1);
				return free(key) == 1;
			});
			ChatSdk.ask(caller, ChatSdk.hello().maxTokens(100));
			this.pace.open();
			assertThat(second.stream()).isNotEmpty();
		}
		awaitFree(key, 2);
	}

	@Test
	void aRefusedCallPaysNothing() {
		String key = "sk-slots-pays";
		ChatCompletionService caller = this.sdk.caller(key);
		try (StreamResponse<ChatCompletionChunk> first = caller.createStreaming(ChatSdk.streamed(ChatSdk.hello()));
				StreamResponse<ChatCompletionChunk> second = caller
					.createStreaming(ChatSdk.streamed(ChatSdk.hello()))) {
			long requests = remaining("chat", key);
			long tokens = remaining("chat-tokens", key);
			assertRefused(caller);
			assertThat(remaining("chat", key)).isEqualTo(requests).isEqualTo(8);
			assertThat(remaining("chat-tokens", key)).isEqualTo(tokens).isEqualTo(2000 - 2 * 503);
			this.pace.open();
			assertThat(first.stream()).isNotEmpty();
			assertThat(second.stream()).isNotEmpty();
		}
	}

	@Test
	void streamsOfAnotherKeyAreNotAffected() {
		ChatCompletionService busy = this.sdk.caller("sk-slots-busy");
		ChatCompletionService other = this.sdk.caller("sk-slots-other");
		try (StreamResponse<ChatCompletionChunk> first = busy.createStreaming(ChatSdk.streamed(ChatSdk.hello()));
				StreamResponse<ChatCompletionChunk> second = busy.createStreaming(ChatSdk.streamed(ChatSdk.hello()));
				StreamResponse<ChatCompletionChunk> theirs = other.createStreaming(ChatSdk.streamed(ChatSdk.hello()))) {
			assertRefused(busy);
			this.pace.open();
			assertThat(theirs.stream()).isNotEmpty();
			assertThat(first.stream()).isNotEmpty();
			assertThat(second.stream()).isNotEmpty();
		}
	}

	@Test
	void aFailedCallReleasesItsSlot() {
		String key = "sk-slots-bad";
		for (int i = 0; i < 5; i++) {
			assertThat(this.client.chat("{", "X-API-Key", key).statusCode()).isEqualTo(400);
		}
		awaitFree(key, 2);
	}

	private static void assertRefused(ChatCompletionService caller) {
		assertThatExceptionOfType(RateLimitException.class).isThrownBy(() -> ChatSdk.ask(caller, ChatSdk.hello()))
			.satisfies((refused) -> assertThat(refused.headers().values("Retry-After")).containsExactly("1"))
			.withMessageContaining("chat-slots");
	}

	/** A client may have read the end a moment before the server ends the request. */
	private void awaitFree(String key, int slots) {
		await().pollInterval(Duration.ofMillis(5)).until(() -> free(key) == slots);
	}

	private long free(String key) {
		return remaining("chat-slots", key);
	}

	private long remaining(String limit, String key) {
		return this.client.key(limit, key).get("remaining").asLong();
	}

}
