package io.github.ratelimit.queue;

import static org.assertj.core.api.Assertions.assertThat;

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

class CallQueuesTests {

	private static final LimitHandle MAIL = LimitHandle
		.of(Limit.named("mail").rates(Rate.parse("10/s")).maxWait(Duration.ofMillis(500), 100).build());

	private final ManualTime time = new ManualTime();

	private boolean serving = true;

	private final CallQueues queues = new CallQueues(this.time, new WaitingThreadLimit(4, () -> this.serving));

	@Test
	void callsInRequestThreadsHoldAShareOfThem() {
		Charge charge = charge("ann");
		Charge other = charge("bob");
		List<CallQueues.Ticket> anns = new ArrayList<>();
		for (int i = 0; i < 2; i++) {
			CallQueues.Joined joined = this.queues.join(charge, true);
			assertThat(joined.mayWait()).isTrue();
			anns.add(joined.ticket());
		}
		assertThat(this.queues.join(charge, true).ticket()).as("half for one key").isNull();
		assertThat(this.queues.join(charge, true).waitNanos()).isEqualTo(Duration.ofMillis(200).toNanos());
		assertThat(this.queues.join(charge, false).mayWait()).as("without a thread").isTrue();
		assertThat(this.queues.join(other, true).mayWait()).isTrue();
		assertThat(this.queues.join(other, true).mayWait()).as("the last one is for another key").isFalse();
		assertThat(this.queues.join(charge("carl"), true).mayWait()).isTrue();
		Charge third = charge("dora");
		CallQueues.Joined first = this.queues.join(third, true);
		assertThat(first.ticket()).as("without a waiting call the permit may be due now").isNotNull();
		assertThat(first.mayWait()).isFalse();

		this.queues.leave(anns.get(0), false);
		this.queues.leave(anns.get(0), false);
		assertThat(this.queues.join(third, true).mayWait()).isTrue();
		assertThat(this.queues.join(charge("emil"), true).mayWait()).as("what is left twice is free once").isFalse();
	}

	@Test
	void threadsThatServeNoRequestTakeNothingFromThoseThatDo() {
		Charge charge = charge("ann");
		this.serving = false;
		List<CallQueues.Ticket> ofSchedulers = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			CallQueues.Joined joined = this.queues.join(charge, true);
			assertThat(joined.mayWait()).isTrue();
			ofSchedulers.add(joined.ticket());
		}
		this.serving = true;
		assertThat(this.queues.join(charge, true).mayWait()).isTrue();
		assertThat(this.queues.join(charge, true).mayWait()).isTrue();
		assertThat(this.queues.join(charge, true).ticket()).as("half for one key").isNull();

		ofSchedulers.forEach((ticket) -> this.queues.leave(ticket, false));
		assertThat(this.queues.join(charge, true).ticket()).as("they leave no more than they took").isNull();
	}

	private static Charge charge(String key) {
		return Charge.of(MAIL, Key.of(key), 1).waiting(Duration.ofSeconds(60).toNanos());
	}

}
