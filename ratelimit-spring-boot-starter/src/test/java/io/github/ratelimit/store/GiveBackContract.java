package io.github.ratelimit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.permit.StoreDecision;
import io.github.ratelimit.registry.Handles;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Permits are given back to the state that they came from, or to none. */
public interface GiveBackContract extends StoreFixture {

	@Test
	default void permitsGoBackOnce() {
		LimitStore store = createStore(new ManualTime());
		Limit limit = StoreFixture.limit("chat", "10/min");
		Decision first = new StoreDecision(StoreFixture.taken(store, limit, "caller", 4), store);
		StoreFixture.taken(store, limit, "caller", 4);

		assertThat(first.permit().giveBack()).isTrue();
		assertThat(StoreFixture.remaining(store, limit, "caller")).isEqualTo(6);
		assertThat(first.permit().giveBack()).isFalse();
		assertThat(StoreFixture.remaining(store, limit, "caller")).isEqualTo(6);
	}

	@Test
	default void permitsGoBackToEveryRate() {
		LimitStore store = createStore(new ManualTime());
		Limit limit = StoreFixture.limit("chat", "10/s, 60/min burst 90");
		ChargeDecision taken = StoreFixture.taken(store, limit, "caller", 4);

		store.giveBack(taken);

		ChargeDecision looked = store.take(StoreFixture.charge(limit, "caller", 0));
		assertThat(looked.remaining(0)).isEqualTo(10);
		assertThat(looked.remaining(1)).isEqualTo(90);
		assertThat(looked.resetAfter()).isZero();
	}

	@Test
	default void aRateIsNeverAboveItsCapacity() {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		Limit limit = StoreFixture.limit("chat", "10/s, 60/min burst 90");
		ChargeDecision taken = StoreFixture.taken(store, limit, "caller", 10);
		time.advance(Duration.ofMillis(500));

		store.giveBack(taken);

		ChargeDecision looked = store.take(StoreFixture.charge(limit, "caller", 0));
		assertThat(looked.remaining(0)).isEqualTo(10);
		assertThat(looked.resetAfter(0)).isZero();
		assertThat(looked.remaining(1)).isEqualTo(90);
		time.advance(Duration.ofHours(1));
		ChargeDecision again = StoreFixture.taken(store, limit, "caller", 10);
		time.advance(Duration.ofHours(1));
		store.giveBack(again);
		StoreFixture.taken(store, limit, "caller", 10);
		assertThat(StoreFixture.remaining(store, limit, "caller")).isZero();
	}

	@Test
	default void theFractionOfAPermitThatHasComeIsKept() {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		Limit limit = StoreFixture.limit("chat", "10/min");
		ChargeDecision taken = StoreFixture.taken(store, limit, "caller", 4);
		StoreFixture.taken(store, limit, "caller", 6);
		time.advance(Duration.ofSeconds(5));

		store.giveBack(taken);

		assertThat(store.take(StoreFixture.charge(limit, "caller", 5)).retryAfter()).isEqualTo(Duration.ofSeconds(1));
	}

	@Test
	default void permitsGivenBackToAResetKeyAreDropped() {
		LimitStore store = createStore(new ManualTime());
		Limit limit = StoreFixture.limit("chat", "10/min");
		ChargeDecision taken = StoreFixture.taken(store, limit, "caller", 4);
		assertThat(store.reset(Handles.of(limit), Key.of("caller").id())).isTrue();
		store.giveBack(taken);
		StoreFixture.taken(store, limit, "caller", 6);

		store.giveBack(taken);

		assertThat(StoreFixture.remaining(store, limit, "caller")).isEqualTo(4);
	}

	@Test
	default void permitsGivenBackToAnotherConfigurationAreDropped() {
		LimitStore store = createStore(new ManualTime());
		Limit limit = StoreFixture.limit("chat", "10/min");
		Limit wider = StoreFixture.limit("chat", "100/min");
		ChargeDecision taken = StoreFixture.taken(store, limit, "caller", 4);
		StoreFixture.taken(store, wider, "caller", 10);

		store.giveBack(taken);

		assertThat(StoreFixture.remaining(store, wider, "caller")).isEqualTo(50);
	}

	@Test
	default void whatWasNotTakenDoesNotComeBack() {
		LimitStore store = createStore(new ManualTime());
		Limit limit = StoreFixture.limit("chat", "10/min");
		StoreFixture.taken(store, limit, "caller", 8);
		ChargeDecision refused = store.take(StoreFixture.charge(limit, "caller", 3));
		ChargeDecision looked = store.take(StoreFixture.charge(limit, "caller", 0));

		store.giveBack(refused);
		store.giveBack(looked);

		assertThat(StoreFixture.remaining(store, limit, "caller")).isEqualTo(2);
	}

}
