package io.github.ratelimit.governor;

import io.github.ratelimit.governor.AccountNote.QuotaNote;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.Refill;
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

	/** Such numbers would stay in sums after the note has expired. */
	@ParameterizedTest
	@CsvSource({ "1e300, 6e10, 500, 490, 10", "10, 1e3, 500, 490, 10", "10, 6e17, 500, 490, 10",
			"10, 6e10, 1e-9, 490, 10", "10, 6e10, 500, -1e300, 10", "10, 6e10, 500, 490, 1e300" })
	void aNoteWithNumbersThatNoInstanceWritesIsNotRead(double requests, double window, double capacity,
			double available, double charged) {
		assertThat(AccountNote.decode(note(requests, window, capacity, available, charged).encode())).isNull();
	}

}
