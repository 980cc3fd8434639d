package io.github.ratelimit.governor;

import io.github.ratelimit.governor.AccountNote.QuotaNote;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.Refill;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What instances tell each other of a key. */
class AccountNoteTests {

	private static final double MINUTE = Duration.ofMinutes(1).toNanos();

	private static AccountNote note(double requests, double window, double capacity, double available, double charged) {
		return new AccountNote(1, requests, 0, 0, 0, 1, 0, true, List.of(new QuotaNote(false, Dimension.REQUESTS,
				Refill.CONTINUOUS, (long) window, capacity, available, 1, charged, 0, -1, -1, 0)));
	}

	@Test
	void aNoteIsReadAsItWasWritten() {
		AccountNote note = note(10, MINUTE, 500, 490, 10);
		assertThat(AccountNote.decode(note.encode())).isEqualTo(note);
	}

	@Test
	void sumsThatNoInstanceWritesMakeANoteUnreadable() {
		byte[] note = note(10, MINUTE, 500, 490, 10).encode();
		int requests = 1 + Double.BYTES;
		assertThat(AccountNote.decode(ByteBuffer.wrap(note).putDouble(requests, 1e300).array())).isNull();
	}

	@Test
	void aSumThatIsTooLargeDoesNotHideTheRestOfTheNote() {
		AccountNote read = AccountNote.decode(note(1e300, MINUTE, 500, 490, 10).encode());
		assertThat(read).isNotNull();
		assertThat(read.requests()).isEqualTo(1e15);
		assertThat(read.quotas()).hasSize(1);
	}

	/** Such numbers would stay in sums after the note has expired. */
	@ParameterizedTest
	@CsvSource({ "1e3, 500, 490, 10", "6e17, 500, 490, 10", "6e10, 1e-9, 490, 10", "6e10, 500, -1e300, 10",
			"6e10, 500, 490, 1e300", "6e10, 9007199254740991, 490, 10", "6e10, NaN, 490, 10" })
	void aLimitWithNumbersThatNoLimitHasIsLeftOutAndNotTheNote(double window, double capacity, double available,
			double charged) {
		AccountNote read = AccountNote.decode(note(10, window, capacity, available, charged).encode());
		assertThat(read).isNotNull();
		assertThat(read.requests()).isEqualTo(10);
		assertThat(read.quotas()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "0, 2, 0, 4e18, 4e18, 0", "0, 1, -4e18, 0, -1, 0", "0, 0.5, 0, 0, -1, -4e18" })
	void timesOutsideOfWhatLimitsHaveAreNotUsed(double gate, double share, double cut, double earliest, double latest,
			double reported) {
		byte[] written = new AccountNote(1, 0, 0, 0, (long) gate, share, (long) cut, true,
				List.of(new QuotaNote(false, Dimension.REQUESTS, Refill.FIXED_WINDOW, (long) MINUTE, 500, 490, 1, 0,
						(long) earliest, (long) latest, -1, (long) reported)))
			.encode();
		AccountNote read = AccountNote.decode(written);
		assertThat(read == null || read.quotas().isEmpty()).isTrue();
	}

}
