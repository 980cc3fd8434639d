package io.github.ratelimit.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Which blocks are known, and until when. */
class BlockedKeysTests {

	private static final long PAUSE = 100_000_000;

	private final BlockedKeys<String> blocks = new BlockedKeys<>(2, Function.identity());

	@Test
	void theLaterStateAppliesInWhateverOrderTheyAreNoted() {
		this.blocks.saw("ann", 500, 20, 30);
		this.blocks.saw("ann", 0, 10, 40);
		assertThat(this.blocks.nanosLeft("ann", 30)).isEqualTo(500);
		this.blocks.saw("ann", 100, 10, 40);
		assertThat(this.blocks.nanosLeft("ann", 30)).isEqualTo(500);
		this.blocks.saw("ann", 100, 20, 40);
		assertThat(this.blocks.nanosLeft("ann", 40)).as("lifted, and blocked for less").isEqualTo(100);
		this.blocks.saw("ann", 0, 50, 60);
		assertThat(this.blocks.isEmpty()).isTrue();
	}

	@Test
	void aBlockIsKeptIfAnEarlierReplyDoesNotShowIt() {
		assertThat(this.blocks.block("ann", 1_000, 50)).isEqualTo(BlockResult.STARTED);
		this.blocks.saw("ann", 0, 40, 60);
		assertThat(this.blocks.nanosLeft("ann", 60)).isEqualTo(940);
	}

	@Test
	void aKeyThatIsBlockedNeedsNoRoomToBeBlockedForLonger() {
		this.blocks.block("ann", 1_000, 0);
		this.blocks.block("bob", 1_000, 0);
		assertThat(this.blocks.block("cid", 1_000, 0)).isEqualTo(BlockResult.NO_ROOM);
		this.blocks.saw("cid", 1_000, 0, 0);
		assertThat(this.blocks.nanosLeft("cid", 0)).isZero();
		assertThat(this.blocks.block("ann", 2_000, 0)).isEqualTo(BlockResult.ALREADY_BLOCKED);
		this.blocks.saw("bob", 3_000, 0, 0);
		assertThat(this.blocks.nanosLeft("ann", 0)).isEqualTo(2_000);
		assertThat(this.blocks.nanosLeft("bob", 0)).isEqualTo(3_000);
	}

	@Test
	void aFullTableLooksForWhatHasEndedNowAndThen() {
		this.blocks.block("ann", 1_000, 0);
		this.blocks.block("bob", PAUSE, 0);
		assertThat(this.blocks.block("cid", PAUSE, 0)).isEqualTo(BlockResult.NO_ROOM);
		assertThat(this.blocks.block("cid", PAUSE, PAUSE - 1)).isEqualTo(BlockResult.NO_ROOM);
		assertThat(this.blocks.block("cid", 2 * PAUSE, PAUSE)).isEqualTo(BlockResult.STARTED);
		assertThat(this.blocks.block("dan", 2 * PAUSE, PAUSE)).isEqualTo(BlockResult.STARTED);
	}

	@Test
	void ofKeysWhoseIdsHaveTheSameHashOneIsReleased() {
		assertThat("Aa").hasSameHashCodeAs("BB");
		this.blocks.block("Aa", 1_000, 0);
		assertThat(this.blocks.remove("BB", 0)).isFalse();
		this.blocks.block("BB", 1_000, 0);

		assertThat(this.blocks.remove("BB", 999)).isTrue();

		assertThat(this.blocks.remove("BB", 999)).isFalse();
		assertThat(this.blocks.nanosLeft("Aa", 999)).isEqualTo(1);
		assertThat(this.blocks.remove("Aa", 1_000)).as("it has ended").isFalse();
		assertThat(this.blocks.isEmpty()).isTrue();
	}

}
