package io.github.ratelimit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.registry.RegisteredLimit;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Keys that are blocked until a time. */
public interface BlockContract extends StoreFixture {

	Key CALLER = Key.of("caller");

	@ParameterizedTest
	@EnumSource
	default void aBlockedKeyIsRefusedUntilThatTime(Algorithm algorithm) {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		LimitHandle chat = Handles.blockable(StoreFixture.limit("chat", algorithm, "10/min"));
		assertThat(store.block(chat, CALLER, in(time, 90))).isEqualTo(BlockResult.STARTED);

		time.advance(Duration.ofSeconds(30));
		ChargeDecision refused = store.take(Charge.of(chat, CALLER, 1));
		assertThat(refused.isViolated()).isTrue();
		assertThat(refused.isBanned()).isTrue();
		assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(60));
		assertThat(refused.remaining()).as("its permits are there").isEqualTo(10);
		time.advance(Duration.ofSeconds(60).minusNanos(resolution()));
		assertThat(store.take(Charge.of(chat, CALLER, 1)).retryAfterNanos()).isEqualTo(resolution());
		time.advance(Duration.ofNanos(resolution()));
		assertThat(store.take(Charge.of(chat, CALLER, 10)).isViolated()).isFalse();
	}

	@Test
	default void aBlockIsExtendedAndNeverShortened() {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		LimitHandle chat = Handles.blockable(StoreFixture.limit("chat", "10/min"));
		assertThat(store.block(chat, CALLER, in(time, 60))).isEqualTo(BlockResult.STARTED);
		assertThat(store.block(chat, CALLER, in(time, 20))).isEqualTo(BlockResult.ALREADY_BLOCKED);
		assertThat(store.block(chat, CALLER, in(time, -20))).isEqualTo(BlockResult.PASSED);
		assertThat(blockedFor(store, chat, CALLER)).isEqualTo(Duration.ofSeconds(60));
		assertThat(store.block(chat, CALLER, in(time, 600_000))).isEqualTo(BlockResult.ALREADY_BLOCKED);
		time.advance(Duration.ofSeconds(100));
		assertThat(blockedFor(store, chat, CALLER)).isEqualTo(Duration.ofSeconds(599_900));

		time.advance(Duration.ofSeconds(599_900));
		assertThat(blockedFor(store, chat, CALLER)).isZero();
		assertThat(store.block(chat, CALLER, in(time, 60))).isEqualTo(BlockResult.STARTED);
		store.block(chat, CALLER, Instant.MAX);
		assertThat(blockedFor(store, chat, CALLER)).isEqualTo(Rate.MAX_TIME_TO_FULL);
	}

	@Test
	default void aTimeThatHasPassedBlocksNothing() {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		LimitHandle chat = Handles.blockable(StoreFixture.limit("chat", "10/min"));
		assertThat(store.block(chat, CALLER, in(time, 0))).isEqualTo(BlockResult.PASSED);
		assertThat(store.block(chat, CALLER, in(time, -1))).isEqualTo(BlockResult.PASSED);
		assertThat(store.block(chat, CALLER, Instant.MIN)).isEqualTo(BlockResult.PASSED);
		assertThat(blockedFor(store, chat, CALLER)).isZero();
	}

	@Test
	default void aBlockThatIsLiftedEnds() {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		LimitHandle chat = Handles.blockable(StoreFixture.limit("chat", "10/min"));
		for (Key key : List.of(CALLER, Key.GLOBAL)) {
			assertThat(store.unblock(chat, key.id())).isFalse();
			store.block(chat, key, in(time, 60));
			store.reset(chat, key.id());
			assertThat(blockedFor(store, chat, key)).as("a reset lifts nothing").isEqualTo(Duration.ofSeconds(60));
			assertThat(store.unblock(chat, key.id())).isTrue();
			assertThat(store.unblock(chat, key.id())).isFalse();
			assertThat(store.take(Charge.of(chat, key, 10)).isViolated()).isFalse();
			store.block(chat, key, in(time, 10));
			assertThat(blockedFor(store, chat, key)).as("shorter than before").isEqualTo(Duration.ofSeconds(10));
		}
	}

	@Test
	default void aBlockIsOfOneKeyOfOneLimitInAllItsForms() {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		Limit chat = StoreFixture.limit("chat", "10/min");
		RegisteredLimit registered = RegisteredLimit.of(LimitSettings.of(chat)
			.withBlockable(true)
			.withPlans(Map.of("pro", StoreFixture.limit("chat", "100/min"))));
		LimitHandle pro = registered.handle("pro");
		store.block(registered.handle(), CALLER, in(time, 60));

		assertThat(blockedFor(store, pro, CALLER)).isEqualTo(Duration.ofSeconds(60));
		assertThat(blockedFor(store, pro, Key.of("other"))).isZero();
		assertThat(blockedFor(store, Handles.blockable(StoreFixture.limit("mail", "10/min")), CALLER)).isZero();
	}

	@Test
	default void aCallOfABlockedKeyIsRefusedAsAWholeAndTakesNothing() {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		LimitHandle chat = Handles.blockable(StoreFixture.limit("chat", "10/min"));
		LimitHandle mail = Handles.blockable(StoreFixture.limit("mail", "10/min"));
		Limit tokens = StoreFixture.limit("tokens", "100/min");
		store.block(chat, CALLER, in(time, 60));

		List<ChargeDecision> decisions = store.takeAll(List.of(StoreFixture.charge(tokens, "caller", 60),
				Charge.of(mail, CALLER, 1), Charge.of(chat, CALLER, 1)));
		assertThat(decisions).extracting(ChargeDecision::isBanned).containsExactly(false, false, true);
		assertThat(decisions).extracting(ChargeDecision::receipt).containsOnlyNulls();
		assertThat(decisions.get(2).retryAfter()).isEqualTo(Duration.ofSeconds(60));
		assertThat(StoreFixture.remaining(store, tokens, "caller")).isEqualTo(100);
		assertThat(store.take(Charge.of(mail, CALLER, 0)).remaining()).isEqualTo(10);
	}

	@ParameterizedTest
	@EnumSource
	default void aDryRunOfABlockedKeyStopsNothingAndTakesNothing(Algorithm algorithm) {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		LimitHandle chat = Handles.blockable(StoreFixture.limit("chat", algorithm, "10/min"));
		Limit tokens = StoreFixture.limit("tokens", "100/min");
		store.block(chat, CALLER, in(time, 60));
		for (int i = 0; i < 3; i++) {
			List<ChargeDecision> decisions = store
				.takeAll(List.of(Charge.of(chat, CALLER, 10).asDryRun(), StoreFixture.charge(tokens, "caller", 1)));
			assertThat(decisions.get(0).isBanned()).isTrue();
			assertThat(decisions.get(0).receipt()).isNull();
			assertThat(decisions).noneMatch(ChargeDecision::isRefused);
		}
		store.unblock(chat, CALLER.id());
		assertThat(StoreFixture.remaining(store, tokens, "caller")).isEqualTo(97);
		assertThat(store.take(Charge.of(chat, CALLER, 10)).isViolated()).isFalse();
	}

	@Test
	default void aBlockOutlastsAWaitAndAWaitOutlastsABlock() {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		Limit limit = Limit.named("paced").rates(Rate.parse("1/min")).maxWait(Duration.ofSeconds(90), 10).build();
		LimitHandle paced = Handles.blockable(limit);
		store.block(paced, CALLER, in(time, 30));
		ChargeDecision blocked = store.take(Charge.of(paced, CALLER, 1).waiting(Duration.ofSeconds(90).toNanos()));
		assertThat(blocked.isBanned()).isTrue();
		assertThat(blocked.retryAfter()).isEqualTo(Duration.ofSeconds(30));
		store.unblock(paced, CALLER.id());
		assertThat(store.take(Charge.of(paced, CALLER, 1)).isViolated()).as("no permit was scheduled").isFalse();
		store.block(paced, CALLER, in(time, 30));
		assertThat(store.take(Charge.of(paced, CALLER, 1)).retryAfter()).isEqualTo(Duration.ofMinutes(1));
	}

	@Test
	default void permitsTakenBeforeABlockAreGivenBackAndSettled() {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		LimitHandle chat = Handles.blockable(StoreFixture.limit("chat", "100/36500d"));
		ChargeDecision back = store.take(Charge.of(chat, CALLER, 10));
		ChargeDecision settled = store.take(Charge.of(chat, CALLER, 10));
		store.block(chat, CALLER, in(time, 60));
		store.giveBack(back);
		store.settle(settled, 30);
		time.advance(Duration.ofSeconds(60));
		assertThat(store.take(Charge.of(chat, CALLER, 0)).remaining()).isEqualTo(70);
	}

	@Test
	default void ofBlocksThatBeginTogetherOneIsTheFirst() throws Exception {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		LimitHandle chat = Handles.blockable(StoreFixture.limit("chat", "10/min"));
		AtomicInteger first = new AtomicInteger();
		TestThreads.run(4, (thread) -> {
			for (int i = 0; i < 5; i++) {
				BlockResult result = store.block(chat, CALLER, in(time, 60 + 4 * i + thread));
				assertThat(result).isNotEqualTo(BlockResult.NO_ROOM);
				if (result == BlockResult.STARTED) {
					first.incrementAndGet();
				}
			}
		});
		assertThat(first).hasValue(1);
		assertThat(blockedFor(store, chat, CALLER)).isEqualTo(Duration.ofSeconds(79));
	}

	@Test
	default void keysOfALimitThatDoesNotLookForBlocksCannotBeBlocked() {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		LimitHandle chat = Handles.of(StoreFixture.limit("chat", "10/min"));
		assertThatIllegalArgumentException().isThrownBy(() -> store.block(chat, CALLER, in(time, 60)))
			.withMessageContaining("'chat'");
		assertThatIllegalArgumentException().isThrownBy(() -> store.unblock(chat, CALLER.id()));
	}

	private static Instant in(ManualTime time, long seconds) {
		return time.wallTime().plusSeconds(seconds);
	}

	private static Duration blockedFor(LimitStore store, LimitHandle limit, Key key) {
		ChargeDecision looked = store.take(Charge.of(limit, key, 0));
		assertThat(looked.isBanned()).isEqualTo(looked.isViolated());
		return looked.retryAfter();
	}

}
