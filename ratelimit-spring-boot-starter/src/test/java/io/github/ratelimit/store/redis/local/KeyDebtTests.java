package io.github.ratelimit.store.redis.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of the callers that wait until Redis has been asked to charge a debt. */
@Tag("version-independent")
class KeyDebtTests {

	private final Limit limit = StoreFixture.limit("chat", "10/min");

	private final LimitEncoding encoding = LimitEncoding.of(this.limit, Duration.ofSeconds(30));

	private final KeyDebt debt = new KeyDebt(
			new RememberedKeys(Handles.of(this.limit), "chat", new RedisKeyNames("ratelimit"), 8).get(Key.of("caller"),
					0),
			new byte[0]);

	private final CompletableFuture<?> waiting = this.debt.add(this.encoding, 3, 0);

	@Test
	void callersOfADebtThatIsForgivenWaitNoLonger() {
		owesMore();
		this.debt.forgive();
		assertThat(this.waiting).isCompleted();
		assertThat(this.debt.isEmpty()).isTrue();
	}

	@Test
	void callersOfADebtThatIsOverWaitNoLonger() {
		owesMore();
		assertThat(this.debt.dropIfOver(Duration.ofDays(1).toNanos())).isTrue();
		assertThat(this.waiting).isCompleted();
	}

	@Test
	void callersWaitUntilTheChargeHasAnOutcome() {
		KeyDebt.Call call = this.debt.next();
		assertThat(call.permits()).isEqualTo(3);
		CompletableFuture<?> next = this.debt.add(this.encoding, 2, 0);
		this.debt.unknown(call, 0);
		assertThat(this.waiting).isCompleted();
		assertThat(next).isNotCompleted();
		this.debt.forgive();
		assertThat(next).isCompleted();
	}

	private void owesMore() {
		this.debt.owes(this.encoding, () -> new KeyDebt.Owed(new byte[0], new long[1], new long[1], (state, all) -> {
		}), 0);
	}

}
