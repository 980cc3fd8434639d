package io.github.ratelimit.observation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.limiter.RateLimitListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Several observers of a store, and the one that passes outages on. */
class OutageEventsTests {

	private final List<String> told = new CopyOnWriteArrayList<>();

	@Test
	void outagesArePassedOnInTheirOrderByAThreadOfTheirOwn() throws InterruptedException {
		CountDownLatch done = new CountDownLatch(2);
		OutageEvents events = new OutageEvents("redis", new RateLimitListener() {

			@Override
			public void storeDegraded(String store, String node, String reason) {
				OutageEventsTests.this.told
					.add(store + " " + node + " " + reason + " " + Thread.currentThread().getName());
				done.countDown();
			}

			@Override
			public void storeRecovered(String store, String node, Duration outage) {
				OutageEventsTests.this.told.add(store + " " + node + " " + outage);
				done.countDown();
			}

		});
		events.degraded("node-1", "timeout");
		events.recovered("node-1", Duration.ofSeconds(7));
		assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
		assertThat(this.told).containsExactly("redis node-1 timeout ratelimit-events", "redis node-1 PT7S");
	}

}
