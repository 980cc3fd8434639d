package io.github.ratelimit.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.ratelimit.Decision;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.MissingKeyException;
import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.method.BoundRequest.Request;
import io.github.ratelimit.permit.StoreDecision;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.ChargeDecision;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.BeanUtils;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** What one call of a limited method pays, and to which limits. */
class LimitedCallTests {

	private AnnotationConfigApplicationContext context;

	private ChatService chat;

	private BoundRequest requests;

	@BeforeEach
	void start() {
		this.context = LimiterConfiguration.start(ChatService.class);
		this.chat = this.context.getBean(ChatService.class);
		this.requests = this.context.getBean(BoundRequest.class);
		this.requests.bind("alice");
	}

	@AfterEach
	void stop() {
		this.requests.unbind();
		this.context.close();
	}

	@Test
	void callsAreRefusedWhenTheLimitIsExhausted() {
		assertThat(this.chat.chat("a")).isEqualTo("answer to a");
		this.chat.chat("b");
		RateLimitExceededException refusal = catchThrowableOfType(RateLimitExceededException.class,
				() -> this.chat.chat("c"));
		assertThat(refusal.decision().violated()).singleElement()
			.satisfies((limit) -> assertThat(limit.limit().name()).isEqualTo("chat"));
		assertThat(refusal.decision().retryAfter()).isEqualTo(Duration.ofSeconds(30));
		assertThat(this.chat.calls()).isEqualTo(2);
	}

	@Test
	void aRefusedCallIsAllowedAfterTheWait() {
		this.chat.chat("a");
		this.chat.chat("b");
		assertRefused(() -> this.chat.chat("c"));
		this.context.getBean(ManualTime.class).advance(Duration.ofSeconds(30));
		assertThat(this.chat.chat("d")).isEqualTo("answer to d");
	}

	@Test
	void anotherCallerHasItsOwnPermits() {
		this.chat.chat("a");
		this.chat.chat("b");
		this.requests.bind("bob");
		assertThatNoException().isThrownBy(() -> this.chat.chat("c"));
	}

	@Test
	void aRefusalOfTheSecondLimitLeavesTheFirstUnchanged() {
		for (int i = 0; i < 3; i++) {
			this.requests.bind("caller" + i);
			this.chat.chatForAll();
		}
		this.requests.bind("alice");
		assertRefused(() -> this.chat.chatForAll());
		assertThat(remaining("chat", "alice")).isEqualTo(2);
		assertThat(this.chat.calls()).isEqualTo(3);
	}

	@Test
	void repeatedAnnotationsAreOneDecision() {
		for (int i = 0; i < 3; i++) {
			this.requests.bind("caller" + i);
			this.chat.chatForAllRepeated();
		}
		Request request = this.requests.bind("alice");
		assertRefused(() -> this.chat.chatForAllRepeated());
		assertThat(remaining("chat", "alice")).isEqualTo(2);
		assertThat(request.decisions()).singleElement()
			.satisfies((decision) -> assertThat(decision.limits()).hasSize(2));
	}

	@Test
	void aLimitThatIsNamedTwiceIsChargedOnce() {
		this.chat.chatTwice();
		assertThat(remaining("chat", "alice")).isEqualTo(1);
	}

	@Test
	void aKeyReplacesTheKeysOfItsLimits() {
		this.chat.chatOf("room1");
		this.chat.chatOf("room1");
		assertRefused(() -> this.chat.chatOf("room1"));
		assertThatNoException().isThrownBy(() -> this.chat.chatOf("room2"));
		assertThat(remaining("chat", "alice")).isEqualTo(2);
	}

	@Test
	void aKeyDoesNotReplaceGlobal() {
		this.chat.chatOfAll("room1");
		this.chat.chatOfAll("room2");
		this.chat.chatOfAll("room3");
		assertRefused(() -> this.chat.chatOfAll("room4"));
	}

	@Test
	void aCostAppliesOnlyToLimitsWithOne() {
		Request request = this.requests.bind("alice");
		this.chat.spend(60);
		assertThat(charged(request, "chat")).isEqualTo(1);
		assertThat(charged(request, "tokens")).isEqualTo(60);
	}

	@Test
	void aCostAboveWhatIsLeftIsRefusedAndChargesNothing() {
		this.chat.spend(60);
		assertRefused(() -> this.chat.spend(41));
		assertThatNoException().isThrownBy(() -> this.chat.spend(40));
	}

	@Test
	void withoutAnOwnCostTheConfiguredOneApplies() {
		Request request = this.requests.bind("alice");
		this.chat.tokens();
		assertThat(charged(request, "tokens")).isEqualTo(10);
	}

	@Test
	void primitiveArgumentsAndResultsAreUnchanged() {
		assertThat(this.chat.add(2, 3)).isEqualTo(5);
		assertThat(this.chat.add(3, 4)).isEqualTo(7);
		assertRefused(() -> this.chat.add(1, 1));
	}

	@Test
	void exceptionsOfTheMethodAreUnchangedAndKeepTheCharge() {
		assertThatIllegalStateException().isThrownBy(() -> this.chat.fail()).withMessage("on purpose");
		assertThat(remaining("chat", "alice")).isEqualTo(1);
	}

	@Test
	void aCallWithoutAKeyIsDeniedIfThereIsNoAddress() {
		this.requests.unbind();
		assertThatExceptionOfType(MissingKeyException.class).isThrownBy(() -> this.chat.chat("a"))
			.withMessageContaining("chat");
		assertThat(this.chat.calls()).isZero();
	}

	@Test
	void theChargeOfTheFilterCoversTheFirstCallOnly() {
		this.requests.bind("alice").paid("chat", 1);
		this.chat.chat("a");
		assertThat(remaining("chat", "alice")).isEqualTo(2);
		this.chat.chat("b");
		assertThat(remaining("chat", "alice")).isEqualTo(1);
	}

	@Test
	void aRefusedCallDoesNotUseUpTheChargeOfTheFilter() {
		this.chat.chatOfAll("room1");
		this.chat.chatOfAll("room2");
		this.chat.chatOfAll("room3");
		this.requests.bind("alice").paid("chat", 1);
		assertRefused(() -> this.chat.chatForAll());
		assertThat(this.chat.chat("again")).isEqualTo("answer to again");
		assertThat(remaining("chat", "alice")).isEqualTo(2);
		this.chat.chat("more");
		assertThat(remaining("chat", "alice")).isEqualTo(1);
	}

	@Test
	void aCallThatIsRefusedForItsRemainderDoesNotUseUpTheChargeOfTheFilter() {
		Request request = this.requests.bind("alice").paid("tokens", 10);
		assertRefused(() -> this.chat.tokensOf(111));
		this.chat.tokensOf(60);
		assertThat(request.decisions()).last()
			.satisfies((decision) -> assertThat(StoreDecision.chargesOf(decision).get(0).charge().permits())
				.isEqualTo(50));
	}

	@Test
	void ofTwoCostsOfOneBucketTheLargerIsChargedOnceLessTheChargeOfTheFilter() {
		this.requests.bind("alice").paid("tokens", 10);
		this.chat.tokensTwice("alice");
		assertThat(remaining("tokens", "alice")).isEqualTo(70);
	}

	@Test
	void onlyTheExcessOverTheChargeOfTheFilterIsCharged() {
		Request request = this.requests.bind("alice").paid("tokens", 10);
		this.chat.spend(60);
		assertThat(charged(request, "tokens")).isEqualTo(50);
	}

	@Test
	void theChargeOfTheFilterCoversALimitThatIsNamedTwice() {
		this.requests.bind("alice").paid("chat", 1);
		this.chat.chatTwice();
		assertThat(remaining("chat", "alice")).isEqualTo(2);
	}

	@Test
	void theChargeOfTheFilterCoversTwoNamesOfOneBucket() {
		this.requests.bind("alice").paid("chat", 1);
		this.chat.chatByTwoKeys("alice");
		assertThat(remaining("chat", "alice")).isEqualTo(2);
	}

	@ParameterizedTest
	@ValueSource(classes = { IllegalStateException.class, NoClassDefFoundError.class })
	void aFailureOutsideTheStoreAllowsTheCall(Class<? extends Throwable> failure) {
		this.requests.bind("alice").failing(() -> BeanUtils.instantiateClass(failure));
		for (int i = 0; i < 5; i++) {
			this.chat.chat("a");
		}
		assertThat(this.chat.calls()).isEqualTo(5);
		assertThat(this.context.getBean(LimitRegistry.class).get("chat").statistics().degraded()).isEqualTo(5);
	}

	@Test
	void aRefusalIsNeverAFailureOfTheLimiter() {
		Request request = this.requests.bind("alice");
		request.failing(() -> new RateLimitExceededException(Decision.unlimited()));
		assertRefused(() -> this.chat.chat("a"));
		request.failing(() -> new MissingKeyException("chat", "On purpose."));
		assertThatExceptionOfType(MissingKeyException.class).isThrownBy(() -> this.chat.chat("a"));
		assertThat(this.chat.calls()).isZero();
	}

	@Test
	void aLinkageErrorOfTheMethodIsUnchangedAndNotAFailureOfTheLimiter() {
		assertThatExceptionOfType(NoClassDefFoundError.class).isThrownBy(() -> this.chat.failToLink())
			.withMessage("on purpose");
		assertThat(this.chat.calls()).isEqualTo(1);
		assertThat(this.context.getBean(LimitRegistry.class).get("chat").statistics().degraded()).isZero();
	}

	@Test
	void allowedAndRefusedCallsReportTheirDecisions() {
		Request request = this.requests.bind("alice");
		this.chat.chat("a");
		this.chat.chat("b");
		assertRefused(() -> this.chat.chat("c"));
		assertThat(request.decisions()).extracting(Decision::isAllowed).containsExactly(true, true, false);
	}

	@Test
	void aSelfInvocationIsNotLimited() {
		this.requests.unbind();
		assertThat(this.chat.callsItself()).isEqualTo("answer to itself");
	}

	@Test
	void nothingIsLimitedWhenDisabled() {
		this.context.getBean(KillSwitch.class).set(false, LimitMode.ENFORCE);
		for (int i = 0; i < 5; i++) {
			this.chat.chat("a");
		}
		this.requests.unbind();
		assertThatNoException().isThrownBy(() -> this.chat.chat("a"));
		this.context.getBean(KillSwitch.class).set(true, LimitMode.ENFORCE);
		assertThatExceptionOfType(MissingKeyException.class).isThrownBy(() -> this.chat.chat("a"));
	}

	@Test
	void limitsShowWhatTheyAreBoundTo() {
		assertThat(this.context.getBean(LimitRegistry.class).get("chat").boundTo()).contains("ChatService.chat",
				"ChatService.spend");
	}

	private long remaining(String limit, String apiKey) {
		return this.context.getBean(RateLimiter.class)
			.tryAcquire(limit, apiKey, 0)
			.nearestToRefusal()
			.orElseThrow()
			.remaining();
	}

	private static long charged(Request request, String limit) {
		return request.decisions()
			.stream()
			.flatMap((decision) -> StoreDecision.chargesOf(decision).stream())
			.filter((each) -> each.limit().name().equals(limit))
			.map(ChargeDecision::charge)
			.findFirst()
			.orElseThrow()
			.permits();
	}

	private static void assertRefused(Runnable call) {
		assertThatExceptionOfType(RateLimitExceededException.class).isThrownBy(call::run);
	}

	static class ChatService {

		private int calls;

		public int calls() {
			return this.calls;
		}

		@RateLimited("chat")
		public String chat(String question) {
			this.calls++;
			return "answer to " + question;
		}

		@RateLimited({ "chat", "everyone" })
		public void chatForAll() {
			this.calls++;
		}

		@RateLimited("chat")
		@RateLimited("everyone")
		public void chatForAllRepeated() {
			this.calls++;
		}

		@RateLimited("chat")
		@RateLimited({ "chat", "tokens" })
		public void chatTwice() {
		}

		@RateLimited("chat")
		@RateLimited(value = "chat", key = "#apiKey")
		public void chatByTwoKeys(String apiKey) {
		}

		@RateLimited(value = "chat", key = "#room")
		public void chatOf(String room) {
		}

		@RateLimited(value = { "chat", "everyone" }, key = "#room")
		public void chatOfAll(String room) {
		}

		@RateLimited(value = { "chat", "tokens" }, cost = "#tokens")
		public void spend(int tokens) {
		}

		@RateLimited("tokens")
		public void tokens() {
		}

		@RateLimited(value = "tokens", cost = "#cost")
		public void tokensOf(int cost) {
		}

		@RateLimited(value = "tokens", cost = "25")
		@RateLimited(value = "tokens", key = "#apiKey", cost = "40")
		public void tokensTwice(String apiKey) {
		}

		@RateLimited("chat")
		public int add(int a, int b) {
			return a + b;
		}

		@RateLimited("chat")
		public void fail() {
			throw new IllegalStateException("on purpose");
		}

		@RateLimited("chat")
		public void failToLink() {
			this.calls++;
			throw new NoClassDefFoundError("on purpose");
		}

		public String callsItself() {
			return chat("itself");
		}

	}

}
