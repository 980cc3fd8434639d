package io.github.ratelimit.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Key;
import io.github.ratelimit.KeyLabel;
import io.github.ratelimit.Limit;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.KeyState;
import io.github.ratelimit.store.StoreFixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * Every operation in the middle of every other, at each point where the store reads the
 * clock. Permits are neither lost nor invented: what was spent before and granted since
 * is spent in a live bucket, reported as forgotten, or given back.
 */
@Tag("version-independent")
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class InterleavingTests {

	private static final List<Situation> SITUATIONS = List.of(new Situation("an empty table", 2, (world) -> {
	}), new Situation("a spent key", 2, (world) -> world.take("a", 2)),
			new Situation("a full table of spent keys", 2, (world) -> {
				world.take("a", 2);
				world.take("b", 1);
			}), new Situation("a full table of refilled, idle keys", 2, (world) -> {
				world.take("a", 2);
				world.take("b", 1);
				world.refill();
			}), new Situation("a spent and a refilled key", 2, (world) -> {
				world.take("a", 2);
				world.refill();
				world.take("b", 3);
			}), new Situation("one refilled key in a table of one", 1, (world) -> {
				world.take("a", 2);
				world.refill();
			}), new Situation("one spent key in a table of one", 1, (world) -> world.take("a", 2)));

	private static final List<Operation> OPERATIONS = List.of(new Operation("take of a", (world) -> world.take("a", 1)),
			new Operation("take of all of a", (world) -> world.take("a", 3)),
			new Operation("take of b", (world) -> world.take("b", 1)),
			new Operation("take of a new key", (world) -> world.take("c", 1)),
			new Operation("take of two new keys", (world) -> world.takeAll("c", "d")),
			new Operation("take of a and b", (world) -> world.takeAll("a", "b")),
			new Operation("take of b and a", (world) -> world.takeAll("b", "a")),
			new Operation("take of everybody's key", (world) -> world.take(Key.GLOBAL, 1)),
			new Operation("give back", World::giveBack), new Operation("sweep", (world) -> world.store.sweep()),
			new Operation("reset of a", (world) -> world.reset("a")), new Operation("look", World::spentNow));

	@TestFactory
	List<DynamicTest> nothingIsLostOrInvented() {
		List<DynamicTest> tests = new ArrayList<>();
		for (Algorithm algorithm : Algorithm.values()) {
			for (Situation situation : SITUATIONS) {
				for (Operation outer : OPERATIONS) {
					String name = algorithm + ", " + situation.name() + ": " + outer.name();
					tests.add(DynamicTest.dynamicTest(name, () -> {
						for (Operation inner : OPERATIONS) {
							interleave(algorithm, situation, outer, inner);
						}
					}));
				}
			}
		}
		return tests;
	}

	@Test
	void aKeyThatAnotherThreadHasCreatedMeanwhileEvictsNoKey() {
		boolean ran = true;
		for (int reading = 1; ran; reading++) {
			World world = new World(Algorithm.TOKEN_BUCKET, 2);
			world.take("b", 1);
			world.time.interleave(reading, () -> world.take("a", 2));
			world.take("a", 1);
			ran = !world.time.stillWaits();
			assertThat(world.store.forgottenPermits(Handles.of(world.limit))).isZero();
			assertThat(world.spentNow()).isEqualTo(ran ? 4 : 2);
		}
	}

	private static void interleave(Algorithm algorithm, Situation situation, Operation outer, Operation inner) {
		boolean ran = true;
		for (int reading = 1; ran; reading++) {
			World world = new World(algorithm, situation.maxKeys());
			situation.arrange().accept(world);
			world.begin();
			world.time.interleave(reading, () -> inner.run().accept(world));
			outer.run().accept(world);
			ran = !world.time.stillWaits();
			assertThat(reading).isLessThan(100);
			world.assertNothingLostOrInvented(inner.name() + " at reading " + reading);
		}
	}

	/** How things stand before. */
	private record Situation(String name, int maxKeys, Consumer<World> arrange) {
	}

	/** Something that is done to a store. */
	private record Operation(String name, Consumer<World> run) {
	}

	/** A store, with a record of what was taken from it. */
	private static final class World {

		private final Limit limit;

		private final InterleavedTime time = new InterleavedTime();

		private final int maxKeys;

		private final Map<KeyLabel, Key> keys = new HashMap<>();

		private final MemoryStore store;

		private final List<ChargeDecision> held = new ArrayList<>();

		private long spentBefore;

		private long granted;

		private long givenBack;

		/** Permits of refused requests that were evicted before they were given back. */
		private long heldInVain;

		private boolean reset;

		private boolean refilled;

		World(Algorithm algorithm, int maxKeys) {
			this.limit = StoreFixture.limit("chat", algorithm, "3/min");
			this.maxKeys = maxKeys;
			this.store = new MemoryStore(this.time, maxKeys);
		}

		void begin() {
			this.spentBefore = spentNow();
			this.granted = 0;
		}

		void refill() {
			this.time.advance(Duration.ofMinutes(5));
			this.refilled = true;
		}

		void take(String key, long permits) {
			take(Key.of(key), permits);
		}

		void take(Key key, long permits) {
			this.keys.put(key.label(), key);
			book(List.of(this.store.take(Charge.of(Handles.of(this.limit), key, permits))));
		}

		void takeAll(String one, String other) {
			this.keys.put(Key.of(one).label(), Key.of(one));
			this.keys.put(Key.of(other).label(), Key.of(other));
			book(this.store
				.takeAll(List.of(StoreFixture.charge(this.limit, one, 1), StoreFixture.charge(this.limit, other, 1))));
		}

		private void book(List<ChargeDecision> decisions) {
			if (decisions.stream().noneMatch(ChargeDecision::isViolated)) {
				this.held.addAll(decisions);
				decisions.forEach((decision) -> this.granted += decision.charge().permits());
			}
			else if (decisions.size() > 1) {
				this.heldInVain++;
			}
		}

		void giveBack() {
			if (!this.held.isEmpty()) {
				ChargeDecision first = this.held.remove(0);
				this.givenBack += first.charge().permits();
				this.store.giveBack(first);
			}
		}

		void reset(String key) {
			this.reset |= this.store.reset(Handles.of(this.limit), Key.of(key).id());
		}

		long spentNow() {
			return live().stream().mapToLong((state) -> 3 - state.remaining()).sum();
		}

		private List<KeyState> live() {
			return this.store.keys(Handles.of(this.limit), null, 100).keys();
		}

		void assertNothingLostOrInvented(String how) {
			long gone = this.store.forgottenPermits(Handles.of(this.limit));
			long missing = this.spentBefore + this.granted - gone - spentNow();
			assertThat(missing).as("permits missing after %s", how)
				.isBetween((gone > 0) ? -this.heldInVain : 0, this.givenBack + (this.reset ? 3 : 0));
			if (!this.reset && gone == 0 && !this.refilled) {
				assertThat(missing).as("permits given back after %s", how).isEqualTo(this.givenBack);
			}
			assertThat(live()).extracting(KeyState::key).as(how).doesNotHaveDuplicates();
			long others = live().stream().filter((state) -> !state.key().equals(Key.GLOBAL.label())).count();
			assertThat(others).as("keys after %s", how).isLessThanOrEqualTo(this.maxKeys);
			assertThat(this.store.trackedKeys(Handles.of(this.limit))).as(how).isEqualTo(live().size());
			for (KeyState state : live()) {
				long left = 0;
				while (!this.store.take(Charge.of(Handles.of(this.limit), this.keys.get(state.key()), 1))
					.isViolated()) {
					left++;
				}
				assertThat(left).as("permits of %s after %s", state.key(), how).isEqualTo(state.remaining());
			}
			fillTable();
		}

		/** No position of the table was lost: as many keys as before can be kept. */
		private void fillTable() {
			for (int i = 0; i < this.maxKeys; i++) {
				take("new" + i, 3);
			}
			long keys = live().stream().filter((state) -> !state.key().equals(Key.GLOBAL.label())).count();
			assertThat(keys).isEqualTo(this.maxKeys);
		}

	}

}
