package io.github.ratelimit.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.KeyState;
import io.github.ratelimit.store.StoreFixture;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys are found by their ids, without a look at every key where ids are looked for. */
@Tag("version-independent")
class KeyIdTests {

	/** Their ids have the same hash. */
	private static final List<Key> ALIKE = List.of(Key.of("caller66225"), Key.of("caller82195"));

	private final ManualTime time = new ManualTime();

	private final StoreClock clock = new StoreClock(this.time);

	private final Limit limit = StoreFixture.limit("chat", "10/min");

	private final LimitRegistry registry = new LimitRegistry();

	private final LimitHandle chat = this.registry.register(this.limit, List.of()).handle();

	@Test
	void onlyPositionsOfTheSameHashAreLookedAt() {
		TableIndex index = new TableIndex(5_000);
		for (int i = 0; i < 3_000; i++) {
			put(index, Key.of("caller" + i), true);
		}
		for (int i = 0; i < 3_000; i++) {
			String id = Key.of("caller" + i).id();
			assertThat(index.find(id, 0)).isEqualTo(i);
			assertThat(index.find(id, i)).isEqualTo(i);
			assertThat(index.find(id, i + 1)).isEqualTo(-1);
			assertThat(index.find(Key.of("stranger" + i).id(), 0)).isEqualTo(-1);
		}
	}

	@Test
	void aKeyWhoseIdHasNotBeenComputedIsLookedAt() {
		TableIndex index = new TableIndex(5_000);
		put(index, Key.of("first"), true);
		put(index, Key.of("unknown"), false);
		put(index, Key.of("last"), true);
		assertThat(index.find(Key.of("last").id(), 0)).isEqualTo(1);
		assertThat(index.find(Key.of("last").id(), 2)).isEqualTo(2);
		assertThat(index.find(Key.of("first").id(), 1)).isEqualTo(1);
	}

	private void put(TableIndex index, Key key, boolean findable) {
		index.put(PreparedLimit.of(this.limit).create(key, index.claim(), this.clock, this.clock.nanos()), findable);
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 100, 3_000 })
	void everyKeyIsFoundWhetherItCameBeforeTheEndpointOrLater(int before) {
		MemoryStore store = new MemoryStore(this.time, 3_000);
		for (int i = 0; i < 3_000; i++) {
			if (i == before) {
				this.registry.watchKeys();
			}
			take(store, Key.of("caller" + i));
		}
		for (int i = 0; i < 3_000; i += 97) {
			assertThat(known(store, Key.of("caller" + i))).isEqualTo(Key.of("caller" + i));
			assertThat(known(store, Key.of("stranger" + i))).isNull();
		}
	}

	@Test
	void idsOfTheSameHashAreToldApart() {
		Key one = ALIKE.get(0);
		Key other = ALIKE.get(1);
		assertThat(one.id()).hasSameHashCodeAs(other.id()).isNotEqualTo(other.id());
		this.registry.watchKeys();
		MemoryStore store = new MemoryStore(this.time, 10);
		take(store, one);
		assertThat(known(store, other)).isNull();
		take(store, other);
		assertThat(known(store, one)).isEqualTo(one);
		assertThat(known(store, other)).isEqualTo(other);

		assertThat(store.reset(this.chat, one.id())).isTrue();

		assertThat(known(store, one)).isNull();
		assertThat(known(store, other)).isEqualTo(other);
	}

	@Test
	void aKeyInThePlaceOfAnotherIsFoundByItsOwnId() {
		this.registry.watchKeys();
		MemoryStore store = new MemoryStore(this.time, 1);
		take(store, Key.of("evicted"));
		take(store, Key.of("caller"));
		assertThat(known(store, Key.of("evicted"))).isNull();
		assertThat(known(store, Key.of("caller"))).isEqualTo(Key.of("caller"));
	}

	@Test
	void aKeyIsFoundAsSoonAsItHasCalledWhateverOthersDo() throws Exception {
		this.registry.watchKeys();
		MemoryStore store = new MemoryStore(this.time, 2_000);
		TestThreads.run(4, (thread) -> {
			for (int i = 0; i < 2_000; i++) {
				Key key = Key.of(thread + "-" + i);
				take(store, key);
				assertThat(known(store, key)).isEqualTo(key);
				if (i % 8 != 0) {
					assertThat(store.reset(this.chat, key.id())).isTrue();
					assertThat(known(store, key)).isNull();
				}
			}
		});
		assertThat(store.trackedKeys(this.chat)).isEqualTo(1_000);
	}

	private void take(MemoryStore store, Key key) {
		assertThat(store.take(Charge.of(this.chat, key, 1)).isViolated()).isFalse();
	}

	private Key known(MemoryStore store, Key key) {
		return store.find(this.chat, key.id()).map(KeyState::known).orElse(null);
	}

}
