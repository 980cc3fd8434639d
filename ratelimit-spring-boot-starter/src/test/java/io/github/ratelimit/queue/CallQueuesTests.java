package io.github.ratelimit.queue;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.store.Charge;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CallQueuesTests {

	private static final LimitHandle MAIL = LimitHandle
		.of(Limit.named("mail").rates(Rate.parse("10/s")).maxWait(Duration.ofMillis(500), 100).build());

	private static final Key ANN = Key.of("ann");

	private final ManualTime time = new ManualTime();

	@Test
	void callsThatHoldTheirThreadsHoldAShareOfThem() {
		CallQueues lines = new CallQueues(this.time, new WaitingThreadLimit(4));
		Charge charge = Charge.of(MAIL, ANN, 1).waiting(Duration.ofSeconds(60).toNanos());
		Charge other = Charge.of(MAIL, Key.of("bob"), 1).waiting(Duration.ofSeconds(60).toNanos());
		List<CallQueue.Ticket> anns = new ArrayList<>();
		for (int i = 0; i < 2; i++) {
			CallQueues.Joined joined = lines.join(charge, true);
			assertThat(joined.mayWait()).isTrue();
			anns.add(joined.ticket());
		}
		assertThat(lines.join(charge, true).ticket()).as("half for one key").isNull();
		assertThat(lines.join(charge, true).waitNanos()).isEqualTo(Duration.ofMillis(200).toNanos());
		assertThat(lines.join(charge, false).mayWait()).as("without a thread").isTrue();
		assertThat(lines.join(other, true).mayWait()).isTrue();
		assertThat(lines.join(other, true).mayWait()).isTrue();
		Charge third = Charge.of(MAIL, Key.of("carl"), 1).waiting(Duration.ofSeconds(60).toNanos());
		CallQueues.Joined first = lines.join(third, true);
		assertThat(first.ticket()).as("without a waiting call the permit may be due now").isNotNull();
		assertThat(first.mayWait()).isFalse();

		lines.leave(charge, anns.get(0), false);
		lines.leave(charge, anns.get(0), false);
		assertThat(lines.join(charge, true).mayWait()).isTrue();
		assertThat(lines.join(charge, true).mayWait()).as("what is left twice is free once").isFalse();
	}

}
