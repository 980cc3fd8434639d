package io.github.ratelimit.governor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.governor.SharedNote.QuotaNote;
import io.github.ratelimit.governor.SharedNote.SentNote;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.Refill;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What instances tell each other of a key. */
class SharedNoteTests {

	private static final double MINUTE = Duration.ofMinutes(1).toNanos();

	private static SharedNote note(double requests, double window, double capacity, double available, double charged) {
		return new SharedNote(
				1, new SentNote(0, 0, requests, 0, 0), 0, 1, 0, true, List.of(new QuotaNote(false, Dimension.REQUESTS,
						Refill.CONTINUOUS, (long) window, capacity, available, 1, charged, 0, -1, -1, 0, false)),
				List.of(), List.of());
	}

	@Test
	void aNoteIsReadAsItWasWritten() {
		SharedNote note = note(10, MINUTE, 500, 490, 10);
		assertThat(SharedNote.decode(note.encode())).isEqualTo(note);
	}

	/** A note of two limits, which reports show only of the second how long they last. */
	private static SharedNote noteWithTimes() {
		QuotaNote assumed = new QuotaNote(false, Dimension.REQUESTS, Refill.CONTINUOUS, (long) MINUTE, 500, 490, 1, 0,
				1, 0, 480, 7, true);
		QuotaNote known = new QuotaNote(false, Dimension.TOKENS, Refill.CONTINUOUS, (long) MINUTE, 500, 490, 1, 0, 1, 0,
				480, 7, false);
		return new SharedNote(1000, new SentNote(0, 0, 12, 70, 30), 0, 1, 0, true, List.of(assumed, known),
				List.of(new SentNote(100, 200, 10, 60, 20), new SentNote(900, 900, 2, 10, 10)),
				List.of(new SentNote(900, 1000, 1, 5, 5)));
	}

	@Test
	void aNoteSaysWhenCallsWereSentAndWhichWindowsAreAssumed() {
		SharedNote note = noteWithTimes();
		assertThat(SharedNote.decode(note.encode())).isEqualTo(note);
	}

	/** The first bytes are what the first version wrote, and all that it reads. */
	@Test
	void notesAreReadByEarlierVersionsAndThoseOfEarlierVersionsAreRead() {
		byte[] note = noteWithTimes().encode();
		int first = 1 + 7 * Double.BYTES + 2 + 2 * (3 + 9 * Double.BYTES);
		assertThat(note[0]).isEqualTo((byte) 1);
		assertThat(note[1 + 7 * Double.BYTES + 1]).as("limits").isEqualTo((byte) 2);
		assertThat(ByteBuffer.wrap(note).getDouble(first - Double.BYTES)).as("the last number").isEqualTo(7);
		SharedNote earlier = SharedNote.decode(Arrays.copyOf(note, first));
		assertThat(earlier).isNotNull();
		assertThat(earlier.total().requests()).isEqualTo(12);
		assertThat(earlier.sent()).isEmpty();
		assertThat(earlier.quotas()).extracting(QuotaNote::windowAssumed).containsExactly(false, false);
	}

	@Test
	void aNoteThatDoesNotSayWhatIsUnansweredIsRead() {
		byte[] note = noteWithTimes().encode();
		SharedNote earlier = SharedNote.decode(Arrays.copyOf(note, note.length - 1 - Double.BYTES - 4 * Float.BYTES));
		assertThat(earlier).isNotNull();
		assertThat(earlier.sent()).hasSize(2);
		assertThat(earlier.unanswered()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(doubles = { Double.NaN, -1, 1001, 1e300 })
	void timesThatNoInstanceWritesAreLeftOutAndNotTheNote(double at) {
		byte[] note = noteWithTimes().encode();
		int last = note.length - 2 * (4 * Float.BYTES + Double.BYTES) - 1;
		SharedNote read = SharedNote.decode(ByteBuffer.wrap(note).putDouble(last, at).array());
		assertThat(read).isNotNull();
		assertThat(read.quotas()).hasSize(2);
		assertThat(read.sent()).isEmpty();
	}

	@Test
	void sumsThatNoInstanceWritesMakeANoteUnreadable() {
		byte[] note = note(10, MINUTE, 500, 490, 10).encode();
		int requests = 1 + Double.BYTES;
		assertThat(SharedNote.decode(ByteBuffer.wrap(note).putDouble(requests, 1e300).array())).isNull();
	}

	@Test
	void aSumThatIsTooLargeDoesNotHideTheRestOfTheNote() {
		SharedNote read = SharedNote.decode(note(1e300, MINUTE, 500, 490, 10).encode());
		assertThat(read).isNotNull();
		assertThat(read.total().requests()).isEqualTo(1e15);
		assertThat(read.quotas()).hasSize(1);
	}

	/** Such numbers would stay in sums after the note has expired. */
	@ParameterizedTest
	@CsvSource({ "1e3, 500, 490, 10", "6e17, 500, 490, 10", "6e10, 1e-9, 490, 10", "6e10, 500, -1e300, 10",
			"6e10, 500, 490, 1e300", "6e10, 9007199254740991, 490, 10", "6e10, NaN, 490, 10" })
	void aLimitWithNumbersThatNoLimitHasIsLeftOutAndNotTheNote(double window, double capacity, double available,
			double charged) {
		SharedNote read = SharedNote.decode(note(10, window, capacity, available, charged).encode());
		assertThat(read).isNotNull();
		assertThat(read.total().requests()).isEqualTo(10);
		assertThat(read.quotas()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "0, 2, 0, 4e18, 4e18, 0", "0, 1, -4e18, 0, -1, 0", "0, 0.5, 0, 0, -1, -4e18" })
	void timesOutsideOfWhatLimitsHaveAreNotUsed(double gate, double share, double cut, double earliest, double latest,
			double reported) {
		byte[] written = new SharedNote(1, new SentNote(0, 0, 0, 0, 0), (long) gate, share, (long) cut, true,
				List.of(new QuotaNote(false, Dimension.REQUESTS, Refill.FIXED_WINDOW, (long) MINUTE, 500, 490, 1, 0,
						(long) earliest, (long) latest, -1, (long) reported, false)),
				List.of(), List.of())
			.encode();
		SharedNote read = SharedNote.decode(written);
		assertThat(read == null || read.quotas().isEmpty()).isTrue();
	}

}
