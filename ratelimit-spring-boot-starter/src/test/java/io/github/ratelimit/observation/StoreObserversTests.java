package io.github.ratelimit.observation;

import io.github.ratelimit.limiter.RateLimitListener;
import io.github.ratelimit.store.StoreObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Several observers of a store, and the one that passes outages on. */
class StoreObserversTests {

	private final List<String> told = new CopyOnWriteArrayList<>();

	@Test
	void anObserverThatFailsAffectsNeitherTheOthersNorTheCall() {
		StoreObserver observers = new StoreObservers(List.of(new Failing(), new Recorder("one"), new Recorder("two")));
		try (StoreObserver.Call call = observers.asking(3)) {
			call.ended(StoreObserver.Outcome.LATE);
		}
		observers.answered(5);
		observers.failed("timeout");
		assertThat(this.told).containsExactly("one asks 3", "two asks 3", "two LATE", "one LATE", "two closed",
				"one closed", "one answered", "two answered", "one timeout", "two timeout");
	}

	@Test
	void aCallThatNobodyObservesIsNotObserved() {
		assertThat(new StoreObservers(List.of(StoreObserver.NONE, new Failing())).asking(1))
			.isSameAs(StoreObserver.Call.UNOBSERVED);
	}

	@Test
	void outagesArePassedOnInTheirOrderByAThreadOfTheirOwn() throws InterruptedException {
		CountDownLatch done = new CountDownLatch(2);
		StoreEvents events = new StoreEvents("redis", () -> new RateLimitListener() {

			@Override
			public void storeDegraded(String store, String node, String reason) {
				StoreObserversTests.this.told
					.add(store + " " + node + " " + reason + " " + Thread.currentThread().getName());
				done.countDown();
			}

			@Override
			public void storeRecovered(String store, String node, Duration outage) {
				StoreObserversTests.this.told.add(store + " " + node + " " + outage);
				done.countDown();
			}

		});
		events.degraded("node-1", "timeout");
		events.recovered("node-1", Duration.ofSeconds(7));
		assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
		assertThat(this.told).containsExactly("redis node-1 timeout ratelimit-events", "redis node-1 PT7S");
	}

	/** Fails in every method. */
	private static final class Failing implements StoreObserver {

		@Override
		public Call asking(int limits) {
			throw new IllegalStateException("broken on purpose");
		}

		@Override
		public void answered(long nanos) {
			throw new IllegalStateException("broken on purpose");
		}

		@Override
		public void failed(String reason) {
			throw new NoClassDefFoundError("broken on purpose");
		}

	}

	private final class Recorder implements StoreObserver {

		private final String name;

		Recorder(String name) {
			this.name = name;
		}

		@Override
		public Call asking(int limits) {
			tell("asks " + limits);
			return new Call() {

				@Override
				public void ended(Outcome outcome) {
					tell(outcome.name());
				}

				@Override
				public void close() {
					tell("closed");
				}

			};
		}

		@Override
		public void answered(long nanos) {
			tell("answered");
		}

		@Override
		public void failed(String reason) {
			tell(reason);
		}

		private void tell(String event) {
			StoreObserversTests.this.told.add(this.name + " " + event);
		}

	}

}
