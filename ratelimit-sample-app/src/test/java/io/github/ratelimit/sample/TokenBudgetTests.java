package io.github.ratelimit.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.openai.core.http.StreamResponse;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnexpectedStatusCodeException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.services.blocking.chat.ChatCompletionService;
import io.github.ratelimit.sample.chat.HeldPace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** A caller's token budget: reserved before a call, settled with its actual cost. */
@SampleTest
class TokenBudgetTests {

	private static final int BUDGET = 2000;

	private final ManualTime time;

	private final HeldPace pace;

	private final SampleClient client;

	private final ChatSdk sdk;

	TokenBudgetTests(@LocalServerPort int port, @Autowired ManualTime time, @Autowired HeldPace pace) {
		this.time = time;
		this.pace = pace;
		this.client = new SampleClient(port);
		this.sdk = new ChatSdk(port, time);
	}

	@BeforeEach
	void refill() {
		this.time.advance(Duration.ofHours(1));
	}

	@AfterEach
	void letEverythingPass() {
		this.pace.open();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			nothing                                     |  503
			"max_tokens": 100                           |  103
			"max_completion_tokens": 100                |  103
			"max_tokens": 50, "max_completion_tokens": 70 | 73
			"max_tokens": 70, "max_completion_tokens": 50 | 73
			"n": 2                                      | 1003
			"n": 3, "max_tokens": 100                   |  303
			"n": 8                                      | 2000
			""")
	void aCallReservesItsMaximumCost(String bounds, int reserved) {
		String fields = bounds.equals("nothing") ? "" : bounds + ", ";
		String key = "sk-reserves-" + Math.abs(bounds.hashCode());
		assertThat(this.client
			.chat("""
					{"model": "stub", "stream": true, %s"messages": [{"role": "user", "content": "Hello there"}]}"""
				.formatted(fields), "X-API-Key", key)
			.headers()
			.firstValue("x-ratelimit-remaining-tokens")).hasValue(Integer.toString(BUDGET - reserved));
	}

	@Test
	void aCompletionPaysItsActualCost() {
		ChatCompletionService caller = this.sdk.caller("sk-tokens-plain");
		long used = ChatSdk.totalTokens(ChatSdk.ask(caller, ChatSdk.hello()));
		assertThat(used).isEqualTo(9);
		assertThat(remaining("sk-tokens-plain")).isEqualTo(BUDGET - used);
		assertThat(ChatSdk.headersOf(caller, ChatSdk.hello().maxTokens(100)).values("x-ratelimit-remaining-tokens"))
			.containsExactly(Long.toString(BUDGET - used - 103));
		assertThat(remaining("sk-tokens-plain")).isEqualTo(BUDGET - 2 * used);
	}

	@Test
	void aStreamPaysItsActualCost() {
		ChatCompletionService caller = this.sdk.caller("sk-tokens-stream");
		long used = ChatSdk.totalTokens(ChatSdk.stream(caller, ChatSdk.hello()));
		assertThat(used).isEqualTo(9);
		assertThat(remaining("sk-tokens-stream")).isEqualTo(BUDGET - used);
	}

	@Test
	void aStreamHoldsItsReservationUntilItEnds() {
		ChatCompletionService caller = this.sdk.caller("sk-tokens-held");
		this.pace.hold();
		try (StreamResponse<ChatCompletionChunk> stream = caller.createStreaming(ChatSdk.streamed(ChatSdk.hello()))) {
			assertThat(remaining("sk-tokens-held")).isEqualTo(BUDGET - 503);
			this.pace.open();
			assertThat(stream.stream()).isNotEmpty();
		}
		assertThat(remaining("sk-tokens-held")).isEqualTo(BUDGET - 9);
	}

	@Test
	void aCallWithoutBudgetIsRefusedUntilTheBudgetHasRefilled() {
		ChatCompletionService caller = this.sdk.caller("sk-tokens-out");
		ChatCompletion large = ChatSdk.ask(caller, ChatSdk.say("x".repeat(3190)));
		long left = BUDGET - ChatSdk.totalTokens(large);
		assertThat(left).isEqualTo(402);
		RateLimitException refused = catchThrowableOfType(RateLimitException.class,
				() -> ChatSdk.ask(caller, ChatSdk.hello()));
		assertThat(refused.type()).hasValue("tokens");
		assertThat(refused.code()).hasValue("rate_limit_exceeded");
		assertThat(refused.headers().values("Retry-After")).containsExactly("4");
		assertThat(refused.headers().values("retry-after-ms")).containsExactly("3030");
		assertThat(remaining("sk-tokens-out")).isEqualTo(left);
		List<Duration> waits = new ArrayList<>();
		assertThat(ChatSdk.ask(this.sdk.patientCaller("sk-tokens-out", waits), ChatSdk.hello()).choices()).hasSize(1);
		assertThat(waits).singleElement().satisfies((wait) -> assertThat(wait.toMillis()).isEqualTo(3030));
	}

	@Test
	void aCallThatCostsMoreThanItsReservationIsPaidLater() {
		ChatCompletionService caller = this.sdk.caller("sk-tokens-debt");
		ChatCompletion large = ChatSdk.ask(caller, ChatSdk.say("x".repeat(7000)));
		assertThat(ChatSdk.totalTokens(large)).isEqualTo(3503);
		assertThat(remaining("sk-tokens-debt")).isZero();
		this.time.advance(Duration.ofMinutes(1));
		assertThat(remaining("sk-tokens-debt")).isEqualTo(2 * BUDGET - 3503);
	}

	@Test
	void aRejectedBodyPaysNothing() {
		assertThat(this.client.chat("{", "X-API-Key", "sk-tokens-bad").statusCode()).isEqualTo(400);
		assertThat(this.client.get("/actuator/ratelimits/chat-tokens/sk-tokens-bad").statusCode()).isEqualTo(404);
	}

	@Test
	void aCallAboveTheWholeBudgetIsTooLargeAndNotRetried() {
		List<Duration> waits = new ArrayList<>();
		ChatCompletionCreateParams.Builder tooLarge = ChatSdk.hello().maxTokens(BUDGET);
		UnexpectedStatusCodeException refused = catchThrowableOfType(UnexpectedStatusCodeException.class,
				() -> ChatSdk.ask(this.sdk.patientCaller("sk-tokens-large", waits), tooLarge));
		assertThat(refused.statusCode()).isEqualTo(413);
		assertThat(refused.headers().values("x-should-retry")).containsExactly("false");
		assertThat(refused.headers().values("Retry-After")).isEmpty();
		assertThat(refused.type()).hasValue("tokens");
		assertThat(refused.body().toString()).contains("Request too large", "Limit 2000, Requested 2003");
		assertThat(waits).isEmpty();
		assertThat(this.client.key("chat", "sk-tokens-large").get("allowed").asInt()).isEqualTo(1);
		assertThat(ChatSdk.ask(this.sdk.caller("sk-pro-0001"), tooLarge).choices()).hasSize(1);
	}

	@Test
	void aDisconnectedClientPaysForWhatWasDelivered() {
		String words = "word ".repeat(500).strip();
		ChatCompletionService caller = this.sdk.caller("sk-tokens-gone");
		this.pace.hold();
		try (StreamResponse<ChatCompletionChunk> stream = caller
			.createStreaming(ChatSdk.streamed(ChatSdk.say(words)))) {
			this.pace.pass(5);
			assertThat(ChatSdk.textOf(stream.stream().limit(6).toList())).isEqualTo("You said: word word word");
		}
		letPassUntilTheServerNotices("sk-tokens-gone");
		String delivered = Stream.of(("You said: " + words).split("(?= )"))
			.limit(this.pace.passed() - 1)
			.collect(Collectors.joining());
		assertThat(delivered.length()).isLessThan(words.length());
		assertThat(remaining("sk-tokens-gone")).isEqualTo(BUDGET - tokens(words) - tokens(delivered));
	}

	/** The first write only reaches the buffers. */
	private void letPassUntilTheServerNotices(String key) {
		long reserved = remaining(key);
		await().pollInterval(Duration.ofMillis(5)).until(() -> {
			this.pace.pass(1);
			return remaining(key) != reserved;
		});
	}

	private static int tokens(String text) {
		return (text.length() + 3) / 4;
	}

	private long remaining(String key) {
		return this.client.key("chat-tokens", key).get("remaining").asLong();
	}

}
