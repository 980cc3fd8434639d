package io.github.ratelimit.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * Scheduled permits that are charged while their limit turns into a token bucket.
 */
class PacedCellTests {

	private static final Rate RATE = Rate.parse("100/min");

	private final StoreClock clock = new StoreClock(new ManualTime());

	@Test
	void aChargeByTheLimitThatReplacesItIsChargedUnderItsOwnRate() {
		Limit paced = Limit.named("mail").rates(RATE).maxWait(Duration.ofSeconds(30), 10).build();
		KeyCell cell = PreparedLimit.of(paced).create(Key.of("ann"), 0, this.clock, this.clock.nanos());

		assertThat(cell.charge(1, PreparedLimit.of(paced), this.clock)).isZero();
		assertThat(cell.charge(1, PreparedLimit.of(Limit.of("mail", RATE)), this.clock)).isZero();
		assertThat(cell.view(this.clock).spent()).isEqualTo(2);
	}

}
