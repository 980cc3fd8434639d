package io.github.ratelimit.store.redis.script;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a state that was seen proves later. */
@Tag("version-independent")
class SnapshotTests {

	private static final Limit LIMIT = Limit.of("chat", Rate.parse("10/s"));

	private static final BucketEncoding SCALE = new BucketEncoding(LIMIT);

	private static final long ASKED = Duration.ofSeconds(100).toNanos();

	private static final long ANSWERED = ASKED + Duration.ofMillis(4).toNanos();

	@Test
	void aRefusalHoldsAsLongAsNoMoreCanHaveComeSinceTheQuestion() {
		Snapshot empty = seen(0, 0);

		assertThat(empty.stillRefused(charge(1), ASKED + Duration.ofMillis(99).toNanos())).isNotNull();
		assertThat(empty.stillRefused(charge(1), ASKED + Duration.ofMillis(100).toNanos())).isNull();
		assertThat(empty.stillRefused(charge(2), ASKED + Duration.ofMillis(199).toNanos())).isNotNull();
	}

	@Test
	void theReportedWaitIsCertainlyEnough() {
		ChargeDecision refused = seen(0, 0).stillRefused(charge(1), ASKED + Duration.ofMillis(50).toNanos());

		assertThat(refused).isNotNull();
		assertThat(refused.retryAfter()).isEqualTo(Duration.ofMillis(54));
		assertThat(refused.remaining()).isZero();
	}

	@Test
	void aThreadThatReadTheClockBeforeAnotherReadTheStateIsNotRefusedForThat() {
		Snapshot full = seen(10, 0);
		long before = ASKED - Duration.ofMillis(7).toNanos();

		assertThat(full.stillRefused(charge(1), before)).isNull();
		assertThat(full.stillThere(charge(1), before)).isNotNull();
		assertThat(seen(0, 0).stillRefused(charge(1), before).retryAfter()).isEqualTo(Duration.ofMillis(100));
	}

	@Test
	void aClockThatWasSteppedBackIsWaitedFor() {
		Snapshot ahead = seen(0, 30_000);

		assertThat(ahead.refused(charge(1)).retryAfter()).isEqualTo(Duration.ofMillis(130));
		assertThat(ahead.remaining(120_000)).isZero();
		assertThat(ahead.remaining(130_000)).isEqualTo(1);
	}

	@Test
	void aChargeThatCanNeverBePaidIsRefusedForever() {
		assertThat(seen(10, 0).stillRefused(charge(11), ANSWERED).isNeverPayable()).isTrue();
	}

	private static Charge charge(long permits) {
		return Charge.of(Handles.of(LIMIT), Key.of("caller"), permits);
	}

	private static Snapshot seen(long permits, long leadMicros) {
		ByteBuffer answer = BucketEncoding.buffer(1 + Integer.BYTES + 2 * Double.BYTES)
			.put((byte) 0)
			.putInt(17)
			.putDouble(-leadMicros)
			.putDouble(SCALE.level(0, permits))
			.flip();
		return new BucketSnapshot(answer, SCALE, ASKED, ANSWERED);
	}

}
