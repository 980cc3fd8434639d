package io.github.ratelimit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.ratelimit.Key;
import io.github.ratelimit.KeyLabel;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.registry.Handles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people see of the keys of a limit. */
public interface KeysContract extends StoreFixture {

	@Test
	default void aKeyIsFoundByItsId() {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		Limit limit = StoreFixture.limit("chat", "10/min");
		StoreFixture.taken(store, limit, "caller", 7);
		time.advance(Duration.ofSeconds(3));
		store.take(StoreFixture.charge(limit, "caller", 4));
		time.advance(Duration.ofSeconds(6));

		KeyState state = store.find(Handles.of(limit), Key.of("caller").id()).orElseThrow();

		assertThat(state.key()).isEqualTo(Key.of("caller").label());
		assertThat(state.limit()).isEqualTo(10);
		assertThat(state.remaining()).isEqualTo(4);
		assertThat(state.resetAfter()).isEqualTo(Duration.ofSeconds(33));
		assertThat(state.allowed()).isEqualTo(1);
		assertThat(state.denied()).isEqualTo(1);
		assertThat(state.lastSeen()).isEqualTo(time.wallTime().minusSeconds(6));
	}

	@Test
	default void ofSeveralRatesTheOneNearestToRefusalIsShown() {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		Limit limit = StoreFixture.limit("chat", "10/s, 30/min");
		for (int i = 0; i < 3; i++) {
			StoreFixture.taken(store, limit, "caller", 8);
			time.advance(Duration.ofSeconds(1));
		}

		KeyState state = store.find(Handles.of(limit), Key.of("caller").id()).orElseThrow();

		assertThat(state.limit()).isEqualTo(30);
		assertThat(state.remaining()).isEqualTo(7);
		assertThat(state.resetAfter()).isEqualTo(Duration.ofSeconds(45));
		StoreFixture.taken(store, limit, "other", 8);
		assertThat(store.find(Handles.of(limit), Key.of("other").id()).orElseThrow().limit()).isEqualTo(10);
	}

	@Test
	default void lookingChangesAndCreatesNothing() {
		LimitStore store = createStore(new ManualTime());
		Limit limit = StoreFixture.limit("chat", "10/min");
		StoreFixture.taken(store, limit, "caller", 7);
		for (int i = 0; i < 5; i++) {
			assertThat(store.find(Handles.of(limit), Key.of("stranger").id())).isEmpty();
			assertThat(store.find(Handles.of(limit), "stranger")).isEmpty();
			assertThat(store.find(Handles.of(limit), Key.of("caller").id())).isPresent();
			assertThat(store.keys(Handles.of(limit), null, 10).keys()).hasSize(1);
			store.take(StoreFixture.charge(limit, "looking", 0));
			store.takeAll(List.of(StoreFixture.charge(limit, "asking", 1), StoreFixture.charge(limit, "caller", 4)));
		}
		Limit unseen = StoreFixture.limit("unseen", "10/min");
		assertThat(store.keys(Handles.of(unseen), null, 10)).isEqualTo(new KeyPage(List.of(), null));
		assertThat(store.trackedKeys(Handles.of(unseen))).isZero();
		assertThat(store.forgottenPermits(Handles.of(unseen))).isZero();
		assertThat(store.trackedKeys(Handles.of(limit))).isEqualTo(1);
		assertThat(StoreFixture.remaining(store, limit, "caller")).isEqualTo(3);
	}

	@Test
	default void pageAfterWhatNoPageEndsAtIsRefused() {
		LimitStore store = createStore(new ManualTime());
		Limit limit = StoreFixture.limit("chat", "10/min");
		StoreFixture.taken(store, limit, "caller", 1);
		assertThatIllegalArgumentException().isThrownBy(() -> store.keys(Handles.of(limit), "nonsense", 10))
			.withMessageContaining("'next' of the page before");
	}

	@Test
	default void aKeyThatWasResetHasAllPermits() {
		LimitStore store = createStore(new ManualTime());
		Limit limit = StoreFixture.limit("chat", "10/min");
		Limit other = StoreFixture.limit("other", "10/min");
		for (Key key : List.of(Key.of("caller"), Key.GLOBAL)) {
			assertThat(store.reset(Handles.of(limit), key.id())).isFalse();
			store.take(Charge.of(Handles.of(limit), key, 10));
			store.take(Charge.of(Handles.of(other), key, 10));

			assertThat(store.reset(Handles.of(limit), key.id())).isTrue();

			assertThat(store.find(Handles.of(limit), key.id())).isEmpty();
			assertThat(store.reset(Handles.of(limit), key.id())).isFalse();
			assertThat(store.trackedKeys(Handles.of(limit))).isZero();
			assertThat(store.take(Charge.of(Handles.of(limit), key, 10)).isViolated()).isFalse();
			assertThat(store.find(Handles.of(other), key.id()).orElseThrow().remaining()).isZero();
			assertThat(store.reset(Handles.of(limit), key.id())).isTrue();
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 7, 49, 50, 51, 1000, Integer.MAX_VALUE })
	default void pagesHoldEveryKeyOnce(int size) {
		LimitStore store = createStore(new ManualTime());
		Limit limit = StoreFixture.limit("chat", "10/min");
		Set<KeyLabel> expected = new HashSet<>();
		for (int i = 0; i < 49; i++) {
			StoreFixture.taken(store, limit, "caller" + i, 1);
			expected.add(Key.of("caller" + i).label());
		}
		store.take(Charge.of(Handles.of(limit), Key.GLOBAL, 1));
		expected.add(Key.GLOBAL.label());

		List<KeyLabel> listed = new ArrayList<>();
		@Nullable String next = null;
		do {
			KeyPage page = store.keys(Handles.of(limit), next, size);
			assertThat(page.keys().size()).isLessThanOrEqualTo(size);
			page.keys().forEach((state) -> listed.add(state.key()));
			assertThat(page.next() == null || !page.keys().isEmpty()).isTrue();
			next = page.next();
		}
		while (next != null);

		assertThat(listed).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(expected);
	}

	@Test
	default void theLastKnownStateOfAKeyIsReadWithoutCreatingIt() {
		LimitStore store = createStore(new ManualTime());
		Limit limit = StoreFixture.limit("chat", "10/min");
		Key key = Key.of("caller");
		assertThat(store.lastKnown(Handles.of(limit), key)).isEmpty();
		store.take(Charge.of(Handles.of(limit), key, 4));

		KeyState state = store.lastKnown(Handles.of(limit), key).orElseThrow();

		assertThat(state.key()).isEqualTo(key.label());
		assertThat(state.limit()).isEqualTo(10);
		assertThat(state.remaining()).isEqualTo(6);
		assertThat(state.known()).isEqualTo(key);
		assertThat(store.trackedKeys(Handles.of(limit))).isEqualTo(1);
	}

	@Test
	default void aCallOverSeveralLimitsIsCountedWhereItWasAllowedOrRefused() {
		LimitStore store = createStore(new ManualTime());
		Limit narrow = StoreFixture.limit("narrow", "2/min");
		Limit wide = StoreFixture.limit("wide", "10/min");
		for (int i = 0; i < 5; i++) {
			store.takeAll(List.of(StoreFixture.charge(wide, "caller", 1), StoreFixture.charge(narrow, "caller", 1)));
		}

		String id = Key.of("caller").id();
		assertThat(store.find(Handles.of(narrow), id).orElseThrow()).extracting(KeyState::allowed, KeyState::denied)
			.containsExactly(2L, 3L);
		assertThat(store.find(Handles.of(wide), id).orElseThrow()).extracting(KeyState::allowed, KeyState::denied)
			.containsExactly(2L, 0L);
	}

	@Test
	default void theStoreNamesItself() {
		LimitStore store = createStore(new ManualTime());
		store.take(StoreFixture.charge(StoreFixture.limit("chat", "10/min"), "caller", 1));

		assertThat(store.type()).matches("[a-z]+");
		assertThat(store.status()).isEqualTo("up");
	}

}
